//! How well questions are understood, beside three baselines over the same corpus, and what each part adds.
//!
//! `cargo bench --bench quality -- FILE…` fits on the single questions of the files (as `wenban fit` does) and scores
//! them; the corpus's confirmed questions, on which nothing is fitted, are scored beside them, and alone without files.
//! Printed of each file: right / right or offered / wrong % of the questions in scope, false answers % of the others.
//!
//! Baselines rank the very entries wenban ranks. Where they answer, ask back or say nothing is set by the two scores that
//! cost least on the very questions they are judged on: more than fair.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jieba_rs::Jieba;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, IndexReader, TantivyDocument, Term};
use wenban::clock::{Clock, SystemClock};
use wenban::conversation::{Body, Conversation, Dialogue, Message, Outcome};
use wenban::corpus::{Corpus, SourceFile, read_sources};
use wenban::edition::{Edition, read_corpus_files};
use wenban::evaluation::question_set::{self, ItemIds};
use wenban::evaluation::{Figures, Shown, Verdict, Wanted, judge};
use wenban::records::{Channel, ConversationId};
use wenban::search::{EntryRef, FEATURES, Model, Ranking, Tally, TrainingSet, WordVectors, entries};
use wenban::text::segment::bigrams;

/// Numbers of entries with their scores, best first.
type Ranked = Vec<(f32, usize)>;

/// A file's name and its questions.
type QuestionFile = (String, Vec<(String, Wanted)>);

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given: Vec<PathBuf> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).map(PathBuf::from).collect();
    let sources = read_sources(&root.join("corpus")).expect("the corpus is there");
    let corpus = read(&sources);
    let confirmed = question_set::confirmed(&root.join("corpus")).expect("the corpus has confirmed questions");
    let files: Vec<QuestionFile> = given.iter().chain(&confirmed).map(|file| questions(file, &corpus)).collect();
    let files: Vec<QuestionFile> = files.into_iter().filter(|(_, questions)| !questions.is_empty()).collect();
    let model = Model::load(&root.join("index")).expect("the model is there");

    let heads: Vec<String> = files.iter().map(|(name, questions)| format!("{name} ({})", questions.len())).collect();
    println!("{:36} {}", "right / offered / wrong; false", heads.join(", "));
    let documents = Documents::of(&corpus);
    let words = Bm25::build(&documents, Box::new(words));
    let pairs = Bm25::build(&documents, Box::new(|text| bigrams(text).map(str::to_owned).collect()));
    report("tantivy BM25, jieba words", &baseline(&files, &documents, |q| words.search(q)));
    report("tantivy BM25, character pairs", &baseline(&files, &documents, |q| pairs.search(q)));
    report("edit distance to names and asks", &baseline(&files, &documents, |q| by_edit_distance(&documents, q)));
    report("wenban as shipped", &answers(&files, &Edition::in_memory(corpus, model.clone()).expect("in memory")));

    println!(
        "\nwhat each part adds: fitted anew without it; first column, the asks of the corpus, each with its own wording left \
         out: entry first; of guides right / offered / wrong; of others false"
    );
    let gather = |corpus: &Corpus, vectors: Arc<WordVectors>| {
        let single = question_set::single_questions(&given, corpus).expect("the files were read before");
        let unfitted = Model { ranking: Ranking::unfitted(), vectors };
        TrainingSet::gather(corpus, &unfitted, &single).expect("in memory")
    };
    let fitted = |name: &str, edition: &mut Edition, set: &TrainingSet, without: &[&str]| {
        let (ranking, quality) = set.fit(without);
        edition.search.adopt(ranking);
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole as f64;
        let Tally { in_scope, right, offered, wrong, out_of_scope, false_answers } = quality.met;
        let asks = format!(
            "{:.1}; {:.1} / {:.1} / {:.1}; {:.1}",
            percent(quality.first, quality.asks),
            percent(right, in_scope),
            percent(right + offered, in_scope),
            percent(wrong, in_scope),
            percent(false_answers, out_of_scope)
        );
        report(&format!("{name:26} {asks}"), &answers(&files, edition));
    };
    let whole = gather(&read(&sources), model.vectors.clone());
    let mut edition = Edition::in_memory(read(&sources), model.clone()).expect("in memory");
    fitted("everything", &mut edition, &whole, &[]);
    for feature in FEATURES {
        fitted(&format!("without {feature}"), &mut edition, &whole, &[feature]);
    }
    let variant = |name: &str, corpus: Corpus, vectors: Arc<WordVectors>| {
        let set = gather(&corpus, vectors.clone());
        let unfitted = Model { ranking: Ranking::unfitted(), vectors };
        fitted(name, &mut Edition::in_memory(corpus, unfitted).expect("in memory"), &set, &[]);
    };
    let vectors = || model.vectors.clone();
    variant("without word vectors", read(&sources), Arc::default());
    let mut untold = read(&sources);
    untold.words.words.clear();
    variant("without the word table", untold, vectors());
    let mut bare = read(&sources);
    bare.words.openings.clear();
    variant("without what is said around", bare, vectors());
    let is_extra = |file: &&SourceFile| file.path.starts_with("asks/");
    variant(
        "without asks/",
        read(&sources.iter().filter(|file| !is_extra(file)).cloned().collect::<Vec<_>>()),
        vectors(),
    );
    let mut alone = read(&sources);
    alone.matters.iter_mut().for_each(|matter| matter.asks.clear());
    variant("without asks of neighbours", alone, vectors());
}

fn read(sources: &[SourceFile]) -> Corpus {
    read_corpus_files(sources.to_vec()).corpus.expect("the corpus has no errors")
}

fn questions(file: &Path, corpus: &Corpus) -> QuestionFile {
    let ids = ItemIds::beside(file).expect("readable");
    let single = question_set::read(file).expect("question files are readable").into_iter().filter(|t| t.len() == 1);
    let questions = single.flatten().map(|case| (case.q.clone(), ids.wanted(&case, corpus))).collect();
    (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), questions)
}

fn report(name: &str, by_file: &[Figures]) {
    let figures = by_file.iter().map(|f| {
        format!("{:.1} / {:.1} / {:.1}; {:.1}", f.right(), f.right_or_offered(), f.wrong(), f.false_answers())
    });
    println!("{name:36} {}", figures.collect::<Vec<_>>().join(" | "));
}

/// What wenban does with every question.
fn answers(files: &[QuestionFile], edition: &Edition) -> Vec<Figures> {
    let verdict = |(question, wanted): &(String, Wanted)| {
        let conversation = Conversation { edition, records: None, now: SystemClock.now() };
        let message = Message {
            conversation: ConversationId::new(Channel::Terminal, "bench"),
            channel: Channel::Terminal,
            body: Body::Text(question.clone()),
            delivery: None,
        };
        let (reply, _) = conversation.turn(&message, Dialogue::default()).expect("nothing is kept, nothing can fail");
        let guides: Vec<String> = reply.guides.iter().map(|guide| guide.id.to_string()).collect();
        judge(
            wanted,
            match reply.outcome {
                Outcome::Answer => Shown::Answer(&guides),
                Outcome::Clarify | Outcome::Journey => Shown::Choices(&guides),
                _ => Shown::Nothing,
            },
        )
    };
    files.iter().map(|(_, questions)| questions.iter().map(verdict).collect()).collect()
}

/// The entries as plain texts.
struct Documents {
    entries: Vec<EntryRef>,
    names_and_asks: Vec<Vec<String>>,
    whole: Vec<String>,
}

impl Documents {
    fn of(corpus: &Corpus) -> Self {
        let mut documents = Self { entries: Vec::new(), names_and_asks: Vec::new(), whole: Vec::new() };
        for entry in entries(corpus) {
            let told: Vec<String> = entry.names.iter().chain(&entry.asks).map(|text| text.to_string()).collect();
            let body: Vec<String> = entry.body.iter().map(|text| text.to_string()).collect();
            documents.whole.push([told.join("\n"), body.join("\n")].join("\n"));
            documents.names_and_asks.push(told);
            documents.entries.push(entry.reference);
        }
        documents
    }
}

/// A baseline's verdicts with the two thresholds that cost least.
fn baseline(files: &[QuestionFile], documents: &Documents, search: impl Fn(&str) -> Ranked) -> Vec<Figures> {
    let found: Vec<Vec<(Ranked, &Wanted)>> = files
        .iter()
        .map(|(_, questions)| questions.iter().map(|(question, wanted)| (search(question), wanted)).collect())
        .collect();
    let mut scores: Vec<f32> = found.iter().flatten().map(|(hits, _)| hits.first().map_or(0.0, |hit| hit.0)).collect();
    scores.sort_by(f32::total_cmp);
    let steps: Vec<f32> = (0..=40).map(|n| scores[(scores.len() - 1) * n / 40]).collect();
    let verdicts = |answer_at: f32, offer_at: f32| -> Vec<Vec<Verdict>> {
        let met = |(hits, wanted): &(Ranked, &Wanted)| met(hits, wanted, documents, answer_at, offer_at);
        found.iter().map(|questions| questions.iter().map(met).collect()).collect()
    };
    let cost = |verdicts: &[Vec<Verdict>]| verdicts.iter().flatten().map(|verdict| cost(*verdict)).sum::<u32>();
    let pairs = steps.iter().flat_map(|&answer_at| steps.iter().map(move |&offer_at| (answer_at, offer_at)));
    let best = pairs.map(|(answer_at, offer_at)| verdicts(answer_at, offer_at)).min_by_key(|verdicts| cost(verdicts));
    best.expect("there are thresholds").into_iter().map(|verdicts| verdicts.into_iter().collect()).collect()
}

fn met(hits: &[(f32, usize)], wanted: &Wanted, documents: &Documents, answer_at: f32, offer_at: f32) -> Verdict {
    let guide = |&(_, number): &(f32, usize)| match &documents.entries[number] {
        EntryRef::Guide(id) => Some(id.to_string()),
        _ => None,
    };
    let best = hits.first().map_or(0.0, |hit| hit.0);
    if best >= answer_at {
        let first: Vec<String> = hits.first().and_then(guide).into_iter().collect();
        return judge(wanted, if first.is_empty() { Shown::Nothing } else { Shown::Answer(&first) });
    }
    let choices: Vec<String> = hits.iter().take(4).filter_map(guide).collect();
    judge(wanted, if best >= offer_at { Shown::Choices(&choices) } else { Shown::Nothing })
}

/// What a verdict costs the person who asked: the project's own costs.
fn cost(verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Wrong | Verdict::False => 5,
        Verdict::Misled | Verdict::Missed => 2,
        Verdict::Offered | Verdict::Near => 1,
        Verdict::Right | Verdict::KeptOut | Verdict::NoGuide => 0,
    }
}

fn words(text: &str) -> Vec<String> {
    static JIEBA: std::sync::LazyLock<Jieba> = std::sync::LazyLock::new(Jieba::new);
    JIEBA.cut_for_search(text, true).into_iter().map(|token| token.word.to_owned()).collect()
}

type Cut<'c> = Box<dyn Fn(&str) -> Vec<String> + 'c>;

/// One tantivy field with its default scoring.
struct Bm25<'c> {
    cut: Cut<'c>,
    reader: IndexReader,
    field: Field,
}

impl<'c> Bm25<'c> {
    fn build(documents: &Documents, cut: Cut<'c>) -> Self {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 64 << 20).expect("memory enough");
        for text in &documents.whole {
            let tokens = cut(text).into_iter().enumerate();
            let tokens = tokens.map(|(position, text)| Token { position, text, ..Token::default() }).collect();
            let mut document = TantivyDocument::default();
            document.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
            writer.add_document(document).expect("in memory");
        }
        writer.commit().expect("in memory");
        Self { cut, reader: index.reader().expect("in memory"), field }
    }

    fn search(&self, question: &str) -> Ranked {
        let clauses = (self.cut)(question).into_iter().map(|token| {
            let term = Term::from_field_text(self.field, &token);
            let clause: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, clause)
        });
        let query = BooleanQuery::new(clauses.collect());
        let found = self.reader.searcher().search(&query, &TopDocs::with_limit(10).order_by_score());
        found.expect("in memory").into_iter().map(|(score, address)| (score, address.doc_id as usize)).collect()
    }
}

/// Entries by the likeness of their closest name or ask, 1 being the same.
fn by_edit_distance(documents: &Documents, question: &str) -> Ranked {
    let likeness = |told: &Vec<String>| {
        told.iter().map(|text| strsim::normalized_levenshtein(text, question) as f32).fold(0.0, f32::max)
    };
    let mut ranked: Ranked =
        documents.names_and_asks.iter().enumerate().map(|(number, told)| (likeness(told), number)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(10);
    ranked
}
