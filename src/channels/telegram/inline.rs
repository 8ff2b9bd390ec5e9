//! Inline mode: `@bot 失业金` in any chat offers guides to hand on to the family. Nothing is recorded.

use std::time::Duration;

use teloxide::prelude::*;
use teloxide::types::{
    InlineQuery, InlineQueryResult, InlineQueryResultArticle, InputMessageContent, InputMessageContentText, Me,
    ParseMode,
};
use teloxide::utils::html;

use super::drawing::draw;
use super::{Door, blocking};
use crate::conversation::Shareable;
use crate::phrasing::ReplyId;

/// Guides offered at most; more would not be looked through.
const MOST: usize = 10;
/// How long Telegram may answer the same words by itself.
const CACHED_FOR: Duration = Duration::from_secs(300);

impl Door {
    /// Offers guides for what somebody types in another chat.
    pub(super) async fn offer(&self, query: &InlineQuery) {
        let (hall, words) = (self.hall.clone(), query.query.clone());
        let found = {
            let _turn = self.turns.acquire().await.expect("the turns are never closed");
            blocking(move || hall.shareable(&words, MOST)).await
        };
        let me = self.me().await;
        let ask_on = self.hall.edition().phrasing.say(ReplyId::AskOn, &[]).text;
        let results: Vec<_> = found.iter().map(|guide| article(guide, me, &ask_on)).collect();
        let answer = self.bot.answer_inline_query(query.id.clone(), results);
        if let Err(error) = answer.cache_time(CACHED_FOR.as_secs() as u32).is_personal(false).await {
            // Whoever typed it has typed on or gone.
            tracing::debug!(error = self.without_secret(&error), "an inline query could not be answered");
        }
    }
}

/// A guide as a result: its overview, and a link that opens it in the bot's own chat.
fn article(guide: &Shareable, me: &Me, ask_on: &str) -> InlineQueryResult {
    let mut link = me.tme_url();
    link.query_pairs_mut().append_pair("start", &guide.id);
    let text = format!("{}\n{}", draw(&guide.reply), html::link(link.as_str(), ask_on));
    let content = InputMessageContentText::new(text).parse_mode(ParseMode::Html);
    InlineQueryResultArticle::new(&guide.id, &guide.title, InputMessageContent::Text(content))
        .description(&guide.one_line)
        .into()
}
