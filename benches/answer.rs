//! CPU per answer, each part beside the limit: bare jieba-rs words with one-field tantivy BM25 over the same corpus.
//!
//! The parts run in turns over the same questions in one process, so that the ratios hold whatever else the machine
//! does; printed is the median of the rounds. `cargo bench --bench answer` measures the corpus as it is, and enlarged to
//! 1,000, 10,000 and 100,000 guides; `-- 1000` that size only. `-- once` asks each question once of the limit and of the
//! whole path, over the index on disk, for a tool that counts instructions.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use jieba_rs::Jieba;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, IndexReader, TantivyDocument, Term};
use wenban::clock::{Clock, SystemClock};
use wenban::conversation::{Body, Conversation, Dialogue, Message};
use wenban::corpus::enlarge::enlarged;
use wenban::corpus::{Corpus, Text};
use wenban::edition::{Edition, read_corpus, read_corpus_files};
use wenban::records::{Channel, ConversationId};
use wenban::search::{Model, entries};

const ROUNDS: usize = 15;
/// Questions a round, at most.
const QUESTIONS: usize = 2_000;

/// A name, and what it does with the question of a number.
type Part<'p> = (&'static str, Box<dyn Fn(usize) + 'p>);

fn main() {
    let asked_for: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if asked_for.is_empty() { vec![0, 1_000, 10_000, 100_000] } else { asked_for };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let index = root.join("index");
    let model = Model::load(&index).expect("the model is there");
    let read = || read_corpus(&root.join("corpus")).expect("the corpus is there").corpus.expect("and has no errors");
    if std::env::args().any(|argument| argument == "once") {
        let own = read();
        let questions = questions(&own);
        return once(&Edition::open(own, &index, model).expect("it can be opened"), &questions);
    }
    for guides in sizes {
        let own = read();
        let questions = questions(&own);
        let corpus = if guides > own.guides.len() { grown(&own, guides) } else { own };
        let edition = Edition::in_memory(corpus, model.clone()).expect("it can be built in memory");
        measure(&edition, &questions);
        measure_worst(&edition);
    }
}

/// Every seventh ask of the corpus: real phrasings, from all areas.
fn questions(corpus: &Corpus) -> Vec<String> {
    entries(corpus).flat_map(|entry| entry.asks).step_by(7).take(QUESTIONS).map(|ask| ask.to_string()).collect()
}

fn once(edition: &Edition, questions: &[String]) {
    let limit = Limit::build(edition);
    let found: usize = questions.iter().map(|question| limit.search(question)).sum();
    questions.iter().for_each(|question| answer(edition, question));
    println!("{} questions asked once, {found} entries found by the limit", questions.len());
}

fn grown(corpus: &Corpus, guides: usize) -> Corpus {
    read_corpus_files(enlarged(corpus, guides)).corpus.expect("made-up guides have no errors")
}

fn measure(edition: &Edition, questions: &[String]) {
    let limit = Limit::build(edition);
    let normalised: Vec<String> = questions.iter().map(|question| edition.normaliser.normalise(question)).collect();
    let mut parts: [Part<'_>; 5] = [
        (
            "limit: jieba + one-field BM25",
            Box::new(|n| {
                black_box(limit.search(&questions[n]));
            }),
        ),
        (
            "normalise",
            Box::new(|n| {
                black_box(edition.normaliser.normalise(&questions[n]));
            }),
        ),
        (
            "segment and read terms",
            Box::new(|n| {
                black_box(edition.search.query(&normalised[n]));
            }),
        ),
        (
            "search: terms, candidates, rank",
            Box::new(|n| {
                let query = edition.search.query(&normalised[n]);
                black_box(edition.search.search(&query));
            }),
        ),
        ("whole path, message to reply", Box::new(|n| answer(edition, &questions[n]))),
    ];
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); parts.len()];
    for _ in 0..ROUNDS {
        for (part, (_, run)) in parts.iter_mut().enumerate() {
            let started = Instant::now();
            (0..questions.len()).for_each(&mut *run);
            times[part].push(started.elapsed() / questions.len() as u32);
        }
    }
    let medians: Vec<Duration> = times.into_iter().map(median).collect();
    println!(
        "\n{} questions, {} guides, {} entries",
        questions.len(),
        edition.corpus.guides.len(),
        entries(&edition.corpus).count()
    );
    for ((name, _), time) in parts.iter().zip(&medians) {
        println!("{name:34} {time:>10.2?} an answer, {:.2} x the limit", time.as_secs_f64() / medians[0].as_secs_f64());
    }
}

/// What was made to hurt: the slowest of several answers to each.
fn measure_worst(edition: &Edition) {
    let story = "我爸六十了没上过班，";
    let worst: [(&str, String); 6] = [
        ("4,096 brackets", "(".repeat(4_096)),
        ("500 brackets", "(".repeat(500)),
        ("one character 4,000 times", "社".repeat(4_000)),
        ("right-to-left marks", "失业\u{202e}金\u{200f}怎么\u{2066}领\u{2069}".repeat(40)),
        ("500 different characters", ('\u{4e00}'..='\u{9fff}').step_by(41).take(500).collect()),
        ("a story of 500 characters", story.chars().cycle().take(499).chain(['吗']).collect()),
    ];
    for (name, text) in worst {
        let slowest = (0..ROUNDS).map(|_| {
            let started = Instant::now();
            answer(edition, &text);
            started.elapsed()
        });
        println!("{name:34} {:>10.2?} at worst", slowest.max().expect("there are rounds"));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Not inlined: a count of instructions finds it by its name.
#[inline(never)]
fn answer(edition: &Edition, question: &str) {
    let conversation = Conversation { edition, records: None, now: SystemClock.now() };
    let message = Message {
        conversation: ConversationId::new(Channel::Terminal, "bench"),
        channel: Channel::Terminal,
        body: Body::Text(question.to_owned()),
        delivery: None,
    };
    let (reply, dialogue) =
        conversation.turn(&message, Dialogue::default()).expect("nothing is kept, nothing can fail");
    black_box((reply.text(), dialogue));
}

/// The least that a jieba and tantivy search can cost: the same texts, words only, default BM25, ten hits.
struct Limit {
    jieba: Jieba,
    reader: IndexReader,
    field: Field,
}

impl Limit {
    fn build(edition: &Edition) -> Self {
        let jieba = Jieba::new();
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 64 << 20).expect("memory enough");
        for entry in entries(&edition.corpus) {
            let texts: Vec<&Text> = entry.names.iter().chain(&entry.asks).chain(&entry.body).copied().collect();
            let words = texts.iter().flat_map(|text| jieba.cut_for_search(text, true)).enumerate();
            let tokens =
                words.map(|(position, token)| Token { position, text: token.word.to_owned(), ..Token::default() });
            let mut document = TantivyDocument::default();
            document
                .add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens: tokens.collect() });
            writer.add_document(document).expect("in memory");
        }
        writer.commit().expect("in memory");
        let reader = index.reader().expect("in memory");
        Self { jieba, reader, field }
    }

    #[inline(never)]
    fn search(&self, question: &str) -> usize {
        let words = self.jieba.cut_for_search(question, true);
        let clauses = words.into_iter().map(|token| {
            let term = Term::from_field_text(self.field, token.word);
            let clause: Box<dyn tantivy::query::Query> = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
            (Occur::Should, clause)
        });
        let query = BooleanQuery::new(clauses.collect());
        self.reader.searcher().search(&query, &TopDocs::with_limit(10).order_by_score()).expect("in memory").len()
    }
}
