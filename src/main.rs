//! Starts one command; nothing else.

fn main() {}
