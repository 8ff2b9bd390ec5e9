//! What is fitted or distilled and stored as data in the index folder: the ranking and the word vectors.

use std::path::Path;
use std::sync::Arc;

use super::ranking::{Ranking, RankingError};
use super::vectors::{VectorsError, WordVectors};

/// The file of the fitted ranking.
pub const RANKING_FILE: &str = "ranking.toml";
/// The file of the word vectors.
pub const VECTORS_FILE: &str = "word_vectors.bin";

/// Everything learned. Cheap to clone.
#[derive(Clone)]
pub struct Model {
    /// Weights and thresholds.
    pub ranking: Ranking,
    /// What words mean.
    pub vectors: Arc<WordVectors>,
}

/// Why the model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The ranking.
    #[error(transparent)]
    Ranking(#[from] RankingError),
    /// The vectors.
    #[error(transparent)]
    Vectors(#[from] VectorsError),
}

impl Model {
    /// Reads the model in `folder`.
    pub fn load(folder: &Path) -> Result<Self, ModelError> {
        let vectors = WordVectors::load(&folder.join(VECTORS_FILE))?;
        Ok(Self { ranking: Ranking::load(&folder.join(RANKING_FILE))?, vectors: Arc::new(vectors) })
    }

    /// The model in `folder`, or an unfitted one to start from when there is no usable ranking yet.
    pub fn load_or_unfitted(folder: &Path) -> Result<Self, VectorsError> {
        let vectors = WordVectors::load(&folder.join(VECTORS_FILE))?;
        let ranking = Ranking::load(&folder.join(RANKING_FILE)).unwrap_or_else(|_| Ranking::unfitted());
        Ok(Self { ranking, vectors: Arc::new(vectors) })
    }
}
