//! Does the face in the portrait look like somebody's who is held here under another NIK?
//!
//! The answer is a word to the officers and never a decision, so nothing here stands in anybody's way: nobody waits for
//! the search, a search that cannot be made is noted in the log and made again when the record is closed, and a record
//! is closed all the same when that fails too.

use crate::biometrics::face::Embedding;
use crate::dedup::Alike;
use crate::dedup::faces::LIMIT;
use crate::domain::session::{FaceAlike, FacesFound, SampleId, Wish};
use crate::station::error::DeskError;

use super::Desk;

impl Desk {
    /// Starts to look for the face of the portrait taken last, where the record's rules want that. A search still under
    /// way is given up.
    pub(super) fn search_faces(&mut self) {
        if let Err(error) = self.begin_faces() {
            self.face_search = None;
            tracing::warn!(%error, "the face is not looked for");
        }
    }

    fn begin_faces(&mut self) -> Result<(), DeskError> {
        let session = self.session()?;
        let latest = if session.policy().faces { self.ledger.latest_face(session)? } else { None };
        let readable = latest.and_then(|(sample, bytes)| Some((sample, Embedding::from_bytes(&bytes).ok()?)));
        self.face_search = match readable {
            Some((sample, face)) => Some((sample, self.worker.faces_alike(face, LIMIT)?)),
            None => None,
        };
        Ok(())
    }

    /// Whether a face is being looked for whose answer nobody has taken in.
    pub fn is_searching_faces(&self) -> bool {
        self.face_search.is_some()
    }

    /// Takes in what was found, without waiting. Returns whether the record says something new.
    pub fn collect_faces(&mut self) -> bool {
        let Some((_, pending)) = &self.face_search else { return false };
        match pending.poll() {
            Ok(None) => false,
            Ok(Some(found)) => self.take_in(found),
            Err(error) => {
                self.face_search = None;
                tracing::warn!(%error, "the face was not looked for");
                false
            }
        }
    }

    /// Waits for what is found; as long as looking through everybody takes, which is milliseconds.
    pub(super) fn await_faces(&mut self) {
        let Some((sample, pending)) = self.face_search.take() else { return };
        match pending.wait() {
            Ok(found) => drop(self.report_or_log(sample, found)),
            Err(error) => tracing::warn!(%error, "the face was not looked for"),
        }
    }

    fn take_in(&mut self, found: Vec<Alike>) -> bool {
        match self.face_search.take() {
            Some((sample, _)) => self.report_or_log(sample, found),
            None => false,
        }
    }

    fn report_or_log(&mut self, sample: SampleId, found: Vec<Alike>) -> bool {
        self.report_faces(sample, found).unwrap_or_else(|error| {
            tracing::warn!(%error, "whose face looks alike was not noted");
            false
        })
    }

    /// Brings into the record whom it does not name yet. The same NIK is the same person: another record of theirs is
    /// for the duplicate check to find.
    fn report_faces(&mut self, sample: SampleId, found: Vec<Alike>) -> Result<bool, DeskError> {
        let mut others = Vec::new();
        for Alike { person, distance, likeness } in found {
            let Some((other_nik, other_record)) = self.identity(person)? else { continue };
            let session = self.session()?;
            if other_nik != *session.nik() && !session.names_face_of(&other_nik, other_record.as_ref()) {
                others.push(FaceAlike { other_nik, other_record, distance, likeness });
            }
        }
        if others.is_empty() {
            return Ok(false);
        }
        self.follow(Wish::ReportFaces { found: FacesFound { sample, limit: LIMIT, others } })?;
        Ok(true)
    }
}
