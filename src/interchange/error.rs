//! Why bytes are no record, or a record cannot be written. Every reason names the field as the standard does, so that
//! whoever made the record can be told what to mend.

use super::wsq::WsqError;

/// The error of every record in this room.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It does not begin as any edition of the record does.
    #[error("this is no {record} of an edition known here: the format identifier or version differs")]
    Format {
        /// What was expected.
        record: &'static str,
    },
    /// The record ends inside a field.
    #[error("the record is cut short: it ends before the field {field} does")]
    Short {
        /// The field's name.
        field: &'static str,
    },
    /// A stated length is not the real one.
    #[error("the field {field} states {stated} bytes, but there are {actual}")]
    Length {
        /// The field's name.
        field: &'static str,
        /// As stated.
        stated: u64,
        /// As found.
        actual: u64,
    },
    /// The image is not as wide or high as stated.
    #[error("the field {field} states {stated} pixels, but the image in the record has {actual}")]
    Side {
        /// The field's name.
        field: &'static str,
        /// As stated.
        stated: u64,
        /// As found.
        actual: u64,
    },
    /// A field has a value outside its range.
    #[error("the field {field} has the value {value}, which the standard does not allow here")]
    Field {
        /// The field's name.
        field: &'static str,
        /// Its value.
        value: u64,
    },
    /// The views differ in something this edition states once for all of them.
    #[error("the views differ in {field}, which this edition of the record states once for all")]
    Mixed {
        /// What they differ in.
        field: &'static str,
    },
    /// The value is lawful, but nothing here can make use of it.
    #[error("the field {field} has the value {value}, which is lawful but not supported here")]
    Unsupported {
        /// The field's name.
        field: &'static str,
        /// Its value.
        value: u64,
    },
    /// What is made is of one finger, and the record holds several.
    #[error("the record holds {count} fingers, but only one of them can be taken")]
    Fingers {
        /// How many.
        count: usize,
    },
    /// The image in the record is larger than any device delivers.
    #[error("the image in the record cannot be used: {0}")]
    Extent(#[from] rekam_hal::ImageError),
    /// The compressed image in the record is damaged.
    #[error("the {format} image in the record is damaged")]
    Image {
        /// PNG or JPEG.
        format: &'static str,
        /// Why.
        source: image::ImageError,
    },
    /// The JPEG 2000 image in the record is damaged.
    #[error("the JPEG 2000 image in the record is damaged: {0}")]
    Jpeg2000(#[from] hayro_jpeg2000::DecodeError),
    /// The WSQ image in the record is damaged.
    #[error("the WSQ image in the record is damaged: {0}")]
    Wsq(#[from] WsqError),
}

/// What decoders and encoders give.
pub type Result<T> = std::result::Result<T, RecordError>;

/// Refuses a value outside `least..=most` by its field's name.
pub(super) fn within(field: &'static str, value: impl Into<u64>, least: u64, most: u64) -> Result<()> {
    let value = value.into();
    if (least..=most).contains(&value) { Ok(()) } else { Err(RecordError::Field { field, value }) }
}
