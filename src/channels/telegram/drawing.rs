//! A reply as Telegram shows it: HTML text in parts of allowed length, and buttons.

use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};
use teloxide::utils::html;

use crate::conversation::Reply;

/// The lines as Telegram HTML: the conclusion bold, everything escaped.
pub fn draw(reply: &Reply) -> String {
    let lines = reply.lines.iter().enumerate().map(|(number, line)| {
        let text = html::escape(&line.text);
        if number == 0 { html::bold(&text) } else { text }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Two buttons a row: wide enough for a thumb.
pub fn keyboard(reply: &Reply) -> InlineKeyboardMarkup {
    let buttons: Vec<InlineKeyboardButton> = reply
        .buttons
        .iter()
        .map(|button| InlineKeyboardButton::callback(&button.label, button.action.token()))
        .collect();
    InlineKeyboardMarkup::new(buttons.chunks(2).map(<[_]>::to_vec))
}

/// Cuts a message at line ends into parts of at most `longest` UTF-16 units; a longer line is cut between characters.
/// Mark-up never spans lines, so every part stands by itself.
pub fn split(text: &str, longest: usize) -> Vec<String> {
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

    proptest! {
        #[test]
        fn splitting_loses_nothing_and_keeps_the_limit(text in "(\\PC|\n|😀){0,200}", longest in 2usize..40) {
            let parts = split(&text, longest);
            prop_assert_eq!(parts.concat(), text);
            prop_assert!(parts.iter().all(|part| part.encode_utf16().count() <= longest));
        }
    }
}
