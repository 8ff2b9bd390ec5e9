//! A reply as Telegram shows it: HTML text in parts of allowed length, and buttons.

use teloxide::utils::html;

use crate::conversation::{Button, Reply};
use crate::records::{Key, Outgoing};

/// Longest message Telegram takes, in UTF-16 units.
const LONGEST_MESSAGE: usize = 4096;

/// Where a reply appears.
#[derive(Clone, Copy)]
pub enum Place {
    /// Below all that was said.
    Below,
    /// The same, tied to the message it answers.
    Answering(i32),
    /// In the place of the message whose button was pressed.
    InsteadOf(i32),
}

/// A reply as the messages that carry it to `chat`. Only one that is a single message takes the place of another.
pub fn messages(reply: &Reply, chat: i64, place: Place) -> Vec<Outgoing> {
    let parts = split(&draw(reply), LONGEST_MESSAGE);
    let (count, mut keyboard) = (parts.len(), keyboard(reply));
    let message = |(number, text)| {
        let is_last = number + 1 == count;
        Outgoing {
            chat,
            text,
            keyboard: if is_last { std::mem::take(&mut keyboard) } else { Vec::new() },
            answers: match place {
                Place::Answering(message) => Some(message),
                _ => None,
            },
            replaces: match place {
                Place::InsteadOf(message) if count == 1 => Some(message),
                _ => None,
            },
            tells: Vec::new(),
            flights: 0,
        }
    };
    parts.into_iter().enumerate().map(message).collect()
}

/// The lines as Telegram HTML: the conclusion bold, everything escaped.
pub fn draw(reply: &Reply) -> String {
    let lines = reply.lines.iter().enumerate().map(|(number, line)| {
        let text = html::escape(&line.text);
        if number == 0 { html::bold(&text) } else { text }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Two buttons a row: wide enough for a thumb.
fn keyboard(reply: &Reply) -> Vec<Vec<Key>> {
    let key = |button: &Button| Key { label: button.label.clone(), token: button.action.token() };
    let keys: Vec<Key> = reply.buttons.iter().map(key).collect();
    keys.chunks(2).map(<[_]>::to_vec).collect()
}

/// What `draw` wrote, without its mark-up.
pub fn plain(html: &str) -> String {
    let bare = html.replace("<b>", "").replace("</b>", "");
    bare.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Cuts a message at line ends into parts of at most `longest` UTF-16 units; a longer line is cut between characters.
/// Mark-up never spans lines, so every part stands by itself.
fn split(text: &str, longest: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let units = line.encode_utf16().count();
        if length + units > longest && length > 0 {
            parts.push(String::new());
            length = 0;
        }
        for c in line.chars() {
            if length + c.len_utf16() > longest {
                parts.push(String::new());
                length = 0;
            }
            parts.last_mut().expect("there is always a part").push(c);
            length += c.len_utf16();
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reply_of(text: String) -> Reply {
        let mut reply = Reply::new(crate::conversation::Outcome::Answer);
        reply.lines = vec![crate::phrasing::Line {
            text,
            reply: crate::phrasing::ReplyId::Admit,
            sources: Vec::new(),
            filled: Vec::new(),
        }];
        reply
    }

    proptest! {
        #[test]
        fn fault_26_marks_are_shown_as_they_are(text in "(\\PC|[<>&\"'_*~`|{}.!#+=]){0,60}") {
            prop_assert_eq!(plain(&draw(&reply_of(text.clone()))), text);
        }

        #[test]
        fn fault_25_splitting_loses_nothing_and_keeps_the_limit(text in "(\\PC|\n|😀){0,200}", longest in 2usize..40) {
            let parts = split(&text, longest);
            prop_assert_eq!(parts.concat(), text);
            prop_assert!(parts.iter().all(|part| part.encode_utf16().count() <= longest));
        }
    }
}
