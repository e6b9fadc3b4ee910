//! The record `--out` writes: which one, the name says.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rekam_hal::GrayImage;

use crate::cli::error::CliError;
use crate::interchange::fir::{Fir2005, Fir2011, Image2005, Image2011, Picture, Storage};
use crate::interchange::fmr::{self, FmrRecord};
use crate::interchange::{RecordError, wsq};

/// What to write, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct Out {
    /// Write a record: .fmr or .iso (minutiae, ISO/IEC 19794-2:2005), .chip.fmr (at most 60 of the best minutiae in at
    /// most 512 bytes), .fir (the image, ISO/IEC 19794-4) or .wsq (the image alone); of an iris .iir or .iso (ISO/IEC
    /// 19794-6:2011), of a portrait .fac or .iso (ISO/IEC 19794-5:2011).
    #[arg(long = "out", value_name = "RECORD")]
    pub(super) path: Option<PathBuf>,
    /// Finger position in the record of an image, or the finger to take from a record of several: 0 unknown, 1 to 5
    /// right thumb to little finger, 6 to 10 left.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=10), value_name = "N")]
    pub(super) position: Option<u8>,
    /// Edition of a .fir record; 2011 unless given.
    #[arg(long, value_enum)]
    pub(super) edition: Option<Edition>,
    /// Keep every pixel of the image in a .fir record (PNG) instead of compressing it with WSQ.
    #[arg(long)]
    pub(super) lossless: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Edition {
    #[value(name = "2005")]
    E2005,
    #[value(name = "2011")]
    E2011,
}

/// The kinds of records, as the name of the file tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Minutiae,
    Chip,
    Image,
    Wsq,
}

/// What there is to write.
pub(super) struct Contents<'a> {
    pub(super) minutiae: &'a FmrRecord,
    /// Missing when the file was a record of minutiae.
    pub(super) image: Option<&'a GrayImage>,
    /// 0 to 100.
    pub(super) quality: u8,
}

impl Out {
    /// The kind of record to write, before any work is done; `None` without `--out`.
    pub(super) fn kind(&self) -> Result<Option<Kind>, CliError> {
        let Some(path) = &self.path else { return Ok(None) };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let kinds = [
            (".chip.fmr", Kind::Chip),
            (".chip.iso", Kind::Chip),
            (".fmr", Kind::Minutiae),
            (".iso", Kind::Minutiae),
            (".fir", Kind::Image),
            (".wsq", Kind::Wsq),
        ];
        let kind = kinds.into_iter().find(|(end, _)| name.ends_with(end)).map(|(_, kind)| kind);
        let unknown =
            || format!("{}: no record is written by that name; use .fmr, .chip.fmr, .fir or .wsq", path.display());
        kind.map(Some).ok_or_else(|| CliError::Usage(unknown()))
    }

    /// Writes the record, where one is wanted.
    pub(super) fn write(&self, contents: &Contents<'_>) -> Result<(), CliError> {
        let (Some(path), Some(kind)) = (&self.path, self.kind()?) else { return Ok(()) };
        let bytes = self.bytes(kind, contents, path)?;
        fs::write(path, bytes).map_err(|source| CliError::Listing { path: path.clone(), source })
    }

    fn bytes(&self, kind: Kind, contents: &Contents<'_>, path: &Path) -> Result<Vec<u8>, CliError> {
        let failed = |error: RecordError| CliError::Usage(format!("{}: cannot be written: {error}", path.display()));
        let image = || {
            let missing = || format!("{}: a record of minutiae holds no image; name a .fmr file", path.display());
            contents.image.ok_or_else(|| CliError::Usage(missing()))
        };
        match kind {
            Kind::Minutiae => contents.minutiae.encode().map_err(failed),
            Kind::Chip => fmr::chip::record(contents.minutiae).and_then(|chip| chip.encode()).map_err(failed),
            Kind::Image => self.fir(image()?, contents.quality).map_err(failed),
            Kind::Wsq => wsq::encode(image()?, wsq::BITS_PER_PIXEL).map_err(|error| failed(error.into())),
        }
    }

    fn fir(&self, image: &GrayImage, quality: u8) -> Result<Vec<u8>, RecordError> {
        let storage = if self.lossless { Storage::Png } else { Storage::Wsq(wsq::BITS_PER_PIXEL) };
        let impression = fmr::Impression::LivePlain as u8;
        let (sampling, picture) = Picture::of(image, self.position.unwrap_or(0), impression, storage)?;
        match self.edition.unwrap_or(Edition::E2011) {
            Edition::E2005 => {
                let images = vec![Image2005 { views: 1, view: 1, quality: Some(quality), picture }];
                Fir2005 { device: 0, level: level(image), sampling, images }.encode()
            }
            Edition::E2011 => Fir2011 { images: vec![Image2011::new((sampling, picture))] }.encode(),
        }
    }
}

/// The acquisition settings level of the 2005 edition: 31 is 500 dpi, 41 is 1000, 10 promises least.
fn level(image: &GrayImage) -> u16 {
    match image.dpi() {
        Some(dpi) if (495.0..=505.0).contains(&dpi) => 31,
        Some(dpi) if (990.0..=1010.0).contains(&dpi) => 41,
        Some(_) | None => 10,
    }
}
