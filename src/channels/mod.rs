//! The doors: thin skins that turn what comes in into a `Message` and draw the `Reply` with what they have.

pub mod telegram;
pub mod terminal;
pub mod web;
