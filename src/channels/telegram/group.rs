//! What in a group is meant for the bot: a mention, a reply to it, or a command with its name. All else is between others.

use teloxide::types::{Me, Message, MessageEntityKind, MessageEntityRef, Update, UpdateKind};

/// Whether the update happened where others read along, so that the bot must know itself to read it.
pub fn concerns(update: &Update) -> bool {
    matches!(&update.kind, UpdateKind::Message(message) | UpdateKind::EditedMessage(message) if !message.chat.is_private())
}

/// The words said to the bot, without its name; the outer `None` when the message is not for it, the inner one when it
/// has no words.
pub fn words_for(me: &Me, message: &Message) -> Option<Option<String>> {
    let replies_to_me = message.reply_to_message().and_then(|to| to.from.as_ref()).is_some_and(|from| from.id == me.id);
    let Some(words) = message.text().or(message.caption()) else { return replies_to_me.then_some(None) };
    let entities = message.parse_entities().or_else(|| message.parse_caption_entities()).unwrap_or_default();
    let calls: Vec<_> = entities.iter().filter(|entity| names(me, entity)).collect();
    if calls.is_empty() && !replies_to_me {
        return None;
    }
    let mut left = words.to_owned();
    // From the end, so that the places before stay where they are.
    for call in calls.iter().rev().filter(|call| *call.kind() != MessageEntityKind::BotCommand) {
        left.replace_range(call.range(), " ");
    }
    Some(Some(left.trim().to_owned()))
}

fn names(me: &Me, entity: &MessageEntityRef<'_>) -> bool {
    let is_my_name = |name: &str| name.eq_ignore_ascii_case(me.username());
    match entity.kind() {
        MessageEntityKind::Mention => entity.text().strip_prefix('@').is_some_and(is_my_name),
        MessageEntityKind::BotCommand => entity.text().split_once('@').is_some_and(|(_, name)| is_my_name(name)),
        MessageEntityKind::TextMention { user } => user.id == me.id,
        _ => false,
    }
}
