//! The staff's own wording: a reply id and its blanks in, a line of words out, with the source of every part.
//!
//! Templates live in `corpus/replies.toml`; this room compiles them, fills them, and checks that code and file agree.

mod reply_id;

use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

pub use reply_id::ReplyId;

use crate::corpus::parse::closest;
use crate::corpus::{Corpus, Diagnostics, Place, Text};

/// A word or number that fills a blank, and where it comes from.
#[derive(Clone, Debug)]
pub struct Blank {
    name: &'static str,
    value: Value,
    source: Option<Place>,
}

/// A blank filled with a text of the corpus.
pub fn from_corpus(name: &'static str, text: &Text) -> Blank {
    Blank { name, value: Value::from(text.as_str()), source: Some(text.place.clone()) }
}

/// A blank filled with a value of the corpus that is no text of its own, such as a number of days in a guide.
pub fn from_field(name: &'static str, value: impl Into<Value>, owner: &Place) -> Blank {
    Blank { name, value: value.into(), source: Some(owner.clone()) }
}

/// A blank filled by counting, by the clock or by the record: a number of items, a date, a receipt.
pub fn computed(name: &'static str, value: impl Into<Value>) -> Blank {
    Blank { name, value: value.into(), source: None }
}

/// One line of an answer and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The words.
    pub text: String,
    /// Which reply gave the sentence.
    pub reply: ReplyId,
    /// Where in the corpus the filled-in words stand, one place for each blank that has one.
    #[serde(skip)]
    pub sources: Vec<Place>,
    /// The filled-in words themselves, in the order of `sources`, then those computed.
    #[serde(skip)]
    pub filled: Vec<String>,
}

/// The compiled templates of one corpus.
pub struct Phrasing {
    templates: Environment<'static>,
}

impl Phrasing {
    /// Compiles the reply file. A corpus that passed `check` always compiles.
    pub fn new(corpus: &Corpus) -> Self {
        let mut templates = environment();
        for (id, text) in &corpus.replies {
            templates.add_template_owned(id.to_string(), text.to_string()).expect("checked when the corpus was read");
        }
        Self { templates }
    }

    /// The words of `reply` with its blanks filled.
    pub fn say(&self, reply: ReplyId, blanks: &[Blank]) -> Line {
        let template = self.templates.get_template(reply.key()).expect("every reply id has wording");
        let context = Value::from_pairs(blanks.iter().map(|blank| (blank.name, blank.value.clone())));
        let text = template.render(context).expect("every blank of a checked template is filled").trim_end().to_owned();
        let (found, computed): (Vec<_>, Vec<_>) = blanks.iter().partition(|blank| blank.source.is_some());
        let words = |blank: &&Blank| blank.value.to_string();
        Line {
            text,
            reply,
            sources: found.iter().filter_map(|blank| blank.source.clone()).collect(),
            filled: found.iter().map(words).chain(computed.iter().map(words)).collect(),
        }
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
}

/// Checks that the reply file and the code agree: every id has wording, no wording is left over, every blank is known.
pub fn check(corpus: &Corpus, diagnostics: &Diagnostics) {
    for reply in ReplyId::ALL {
        if !corpus.replies.iter().any(|(id, _)| id.as_str() == reply.key()) {
            let blanks = reply.blanks().iter().map(|blank| format!("{{{{ {blank} }}}}")).collect::<Vec<_>>().join("、");
            let hint = if blanks.is_empty() { "没有空".to_owned() } else { format!("可用的空：{blanks}") };
            diagnostics.error(
                None,
                format!("replies.toml 里缺“{}”这句话", reply.key()),
                format!("补上 [{}] text = \"…\"（{hint}）", reply.key()),
            );
        }
    }
    let environment = environment();
    for (id, text) in &corpus.replies {
        let Some(reply) = ReplyId::from_key(id) else {
            let cure = match closest(id, ReplyId::ALL.iter().map(|reply| reply.key())) {
                Some(guess) => format!("是不是想写 {guess}？"),
                None => "没有地方用到它，删掉".to_owned(),
            };
            diagnostics.error(id.place.clone(), format!("没有“{}”这句话", id.as_str()), cure);
            continue;
        };
        match environment.template_from_str(text) {
            Err(error) => {
                let cure = format!("检查花括号是不是成对：{}", error.detail().unwrap_or("格式不对"));
                diagnostics.error(text.place.clone(), "这句话的空写得不对", cure);
            }
            Ok(template) => {
                let mut unknown: Vec<String> = template
                    .undeclared_variables(false)
                    .into_iter()
                    .filter(|name| !reply.blanks().contains(&name.as_str()))
                    .collect();
                unknown.sort();
                for name in unknown {
                    let cure = match reply.blanks() {
                        [] => "这句话没有空可填，删掉它".to_owned(),
                        blanks => format!("可用的空：{}", blanks.join("、")),
                    };
                    diagnostics.error(text.place.clone(), format!("没有“{name}”这个空"), cure);
                }
            }
        }
    }
    for intent in &corpus.language.intents {
        if let Some(reply) = &intent.reply
            && ReplyId::from_key(reply).is_none_or(|reply| !reply.blanks().is_empty())
        {
            diagnostics.error(
                reply.place.clone(),
                format!("“{}”不能当回复", reply.as_str()),
                "写一句没有空的回复的编号",
            );
        }
    }
}
