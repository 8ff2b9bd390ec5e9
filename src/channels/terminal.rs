//! The terminal: lines in, lines out, buttons as numbers.

use std::io::{self, BufRead, Write};

use crate::conversation::{Body, Button, Dialogue, Message, Reply};
use crate::hall::Hall;
use crate::records::{Channel, ConversationId};

/// Talks until the input ends.
pub fn chat(hall: &Hall, name: &str, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let conversation = ConversationId::new(Channel::Terminal, name);
    // Without records the talk is remembered here, until it ends.
    let mut dialogue = Dialogue::default();
    let mut send = |body| {
        let conversation = conversation.clone();
        let message = Message { conversation, channel: Channel::Terminal, body, delivery: None };
        if hall.records().is_some() {
            return hall.receive(&message);
        }
        let (reply, next) = hall.turn(&message, std::mem::take(&mut dialogue));
        dialogue = next;
        reply
    };
    let mut buttons = show(&send(Body::Start), &mut output)?;
    for line in input.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let pressed = line.trim().parse::<usize>().ok().and_then(|number| buttons.get(number.checked_sub(1)?));
        let body = pressed.map_or_else(|| Body::Text(line.clone()), |button| Body::Press(button.action.clone()));
        buttons = show(&send(body), &mut output)?;
    }
    Ok(())
}

/// Draws a reply and returns its buttons, numbered from 1 as drawn.
fn show(reply: &Reply, output: &mut impl Write) -> io::Result<Vec<Button>> {
    write!(output, "{}", draw(reply))?;
    write!(output, "> ")?;
    output.flush()?;
    Ok(reply.buttons.clone())
}

/// A reply as plain text with its buttons on one numbered line.
pub fn draw(reply: &Reply) -> String {
    let mut text = reply.text();
    text.push('\n');
    if !reply.buttons.is_empty() {
        let buttons =
            reply.buttons.iter().enumerate().map(|(number, button)| format!("[{}] {}", number + 1, button.label));
        text.push_str(&buttons.collect::<Vec<_>>().join("  "));
        text.push('\n');
    }
    text
}
