//! The pages as HTML: templates beside this file, filled with escaped text.

use std::sync::LazyLock;

use jiff::Timestamp;
use minijinja::{Environment, context};
use serde::Serialize;

use crate::clock::at_the_hall;
use crate::conversation::render::Renderer;
use crate::conversation::step::Excerpt;
use crate::conversation::{Button, Reply};
use crate::corpus::{Facet, Guide};
use crate::edition::Edition;
use crate::phrasing::ReplyId;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, text) in [
        ("chat.html", include_str!("chat.html")),
        ("checklist.html", include_str!("checklist.html")),
        ("not_found.html", include_str!("not_found.html")),
    ] {
        templates.add_template(name, text).expect("the page templates are valid");
    }
    templates
});

fn page(name: &str, context: minijinja::Value) -> String {
    let template = TEMPLATES.get_template(name).expect("the template is listed");
    template.render(context).expect("the template's values are given")
}

/// A button as the page draws it.
#[derive(Serialize)]
pub struct ButtonView<'r> {
    label: &'r str,
    action: String,
    aside: bool,
}

impl<'r> From<&'r Button> for ButtonView<'r> {
    fn from(button: &'r Button) -> Self {
        Self { label: &button.label, action: button.action.token(), aside: button.action.is_aside() }
    }
}

/// The chat page with one exchange on it.
pub fn chat(edition: &Edition, conversation: &str, said: Option<&str>, reply: &Reply) -> String {
    let buttons: Vec<ButtonView<'_>> = reply.buttons.iter().map(ButtonView::from).collect();
    page(
        "chat.html",
        context! {
            hall => edition.corpus.hall.short_name.as_str(),
            conversation,
            said,
            lines => reply.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>(),
            buttons => minijinja::value::Serde(&buttons),
            checklist => checklist_link(reply),
            print => checklist_label(edition),
        },
    )
}

/// Where the checklist of an answer about documents can be printed.
pub fn checklist_link(reply: &Reply) -> Option<String> {
    let (guide, situation) = reply.checklist.as_ref()?;
    Some(match situation {
        Some(situation) => format!("/checklist/{guide}?situation={situation}"),
        None => format!("/checklist/{guide}"),
    })
}

/// The words of the link to it.
pub fn checklist_label(edition: &Edition) -> String {
    edition.phrasing.say(ReplyId::Checklist, &[]).text
}

/// The checklist (一次性告知单) of a guide, to print.
pub fn checklist(edition: &Edition, guide: &Guide, situation: Option<&str>, now: Timestamp) -> String {
    let now = at_the_hall(now);
    let render = Renderer { corpus: &edition.corpus, phrasing: &edition.phrasing, now: &now };
    let lines = |facet| {
        let reply = render.answer(guide, &Excerpt::facet(facet), situation, None, 1.0);
        reply.lines.into_iter().map(|line| line.text).collect::<Vec<_>>()
    };
    let documents: Vec<String> = lines(Facet::Documents);
    page(
        "checklist.html",
        context! {
            hall => edition.corpus.hall.short_name.as_str(),
            name => guide.plain_name.as_str(),
            official_name => guide.official_name.as_str(),
            documents,
            tip => guide.tip.as_ref().map(|tip| tip.as_str()),
            printed => now.strftime("%Y-%m-%d").to_string(),
            revision => edition.corpus.revision.as_str(),
        },
    )
}

/// The page for addresses that lead nowhere.
pub fn not_found() -> String {
    page("not_found.html", context! {})
}
