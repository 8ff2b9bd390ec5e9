//! What is said to something that cannot be read: that, and how to ask.

use super::Renderer;
use crate::conversation::message::Attachment;
use crate::conversation::reply::{Outcome, Reply};
use crate::conversation::step::Rejection;
use crate::phrasing::{ReplyId, computed};
use crate::understand::{LONGEST_MESSAGE, Unreadable};

impl Renderer<'_> {
    /// What could not be read, and how to ask.
    pub fn reject(&self, rejection: Rejection) -> Reply {
        let mut reply = Reply::new(Outcome::Reject);
        reply.lines.push(match rejection {
            Rejection::Words(Unreadable::TooLong) => {
                self.say(ReplyId::RejectTooLong, &[computed("longest", LONGEST_MESSAGE)])
            }
            Rejection::Words(Unreadable::Empty) => self.say(ReplyId::RejectEmpty, &[]),
            Rejection::Words(Unreadable::NotWords) | Rejection::Noise => self.say(ReplyId::RejectNotWords, &[]),
            Rejection::Attachment(attachment) => self.say(cannot_see(attachment), &[]),
        });
        // Who sends a place is on the way.
        reply.lines.extend((rejection == Rejection::Attachment(Attachment::Location)).then(|| self.address()));
        reply.lines.push(self.say(ReplyId::HowToAsk, &[]));
        reply
    }
}

/// The sentence for something without words.
pub fn cannot_see(attachment: Attachment) -> ReplyId {
    match attachment {
        Attachment::Photo => ReplyId::RejectPhoto,
        Attachment::Voice => ReplyId::RejectVoice,
        Attachment::Video => ReplyId::RejectVideo,
        Attachment::Sticker => ReplyId::RejectSticker,
        Attachment::Location => ReplyId::RejectLocation,
        Attachment::Contact => ReplyId::RejectContact,
        Attachment::File => ReplyId::RejectFile,
        Attachment::Other => ReplyId::RejectAttachment,
    }
}
