//! Every trouble has a sentence.
