//! What is wrong with a corpus file, told to its author: where, what, and how to put it right. In Chinese, because
//! the authors are the hall's staff; the sentences stand here, as advice to authors is part of the check itself.

use std::{cell::RefCell, fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, renderer::DecorStyle};

/// A stretch of one corpus file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index into the corpus's list of files.
    pub file: usize,
    /// Byte range in that file.
    pub span: Range<usize>,
}

/// One corpus file as read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the corpus folder, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// How bad a problem is: an error keeps a corpus from being used, a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The corpus cannot be used as it is.
    Error,
    /// Readers would be better served by a change.
    Warning,
}

/// One problem, its place and its cure.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub title: String,
    /// What to do about it.
    pub cure: String,
    /// Where; absent when a whole file or folder is missing.
    pub place: Option<Place>,
}

/// Collects problems while a corpus is read and checked; reading goes on after each.
#[derive(Default)]
pub struct Diagnostics(RefCell<Vec<Diagnostic>>);

impl Diagnostics {
    /// Notes something that keeps the corpus from being used.
    pub fn error(&self, place: impl Into<Option<Place>>, title: impl Into<String>, cure: impl Into<String>) {
        self.push(Severity::Error, place.into(), title.into(), cure.into());
    }

    /// Notes something that should be better.
    pub fn warning(&self, place: impl Into<Option<Place>>, title: impl Into<String>, cure: impl Into<String>) {
        self.push(Severity::Warning, place.into(), title.into(), cure.into());
    }

    fn push(&self, severity: Severity, place: Option<Place>, title: String, cure: String) {
        self.0.borrow_mut().push(Diagnostic { severity, title, cure, place });
    }

    /// All problems: errors first, then by file and position.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        all.sort_by_key(|d| (d.severity, d.place.as_ref().map(|p| (p.file, p.span.start))));
        all
    }
}

/// Draws problems the way a compiler does: path, line, column, the line itself, a caret, the cure.
pub struct Report<'a> {
    /// The files the places point into.
    pub files: &'a [SourceFile],
    /// Where the corpus folder is, put before each path.
    pub root: &'a str,
    /// Colours, for a terminal.
    pub styled: bool,
}

impl Report<'_> {
    /// One problem as text, several lines.
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR.with_name("错误"),
            Severity::Warning => Level::WARNING.with_name("提醒"),
        };
        let title = level.primary_title(diagnostic.title.as_str());
        let renderer =
            if self.styled { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Unicode);
        match &diagnostic.place {
            Some(place) => {
                let file = &self.files[place.file];
                let path = format!("{}/{}", self.root, file.path);
                let span = first_line(&file.text, &place.span);
                let snippet = Snippet::source(file.text.as_str())
                    .path(path)
                    .annotation(AnnotationKind::Primary.span(span).label(diagnostic.cure.as_str()));
                renderer.render(&[title.element(snippet)])
            }
            None => {
                renderer.render(&[title.element(Level::HELP.with_name("怎么办").message(diagnostic.cure.as_str()))])
            }
        }
    }
}

/// A place may cover a whole table; the caret goes under its first line.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let (start, end) = (span.start.min(text.len()), span.end.min(text.len()));
    let line_end = text[start..end].find('\n').map_or(end, |at| start + at);
    start..line_end.max(start)
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "错误",
            Severity::Warning => "提醒",
        })
    }
}
