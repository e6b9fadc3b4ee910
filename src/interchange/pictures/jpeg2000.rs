//! JPEG 2000 (ISO/IEC 15444-1), as cameras write it: one grey component of eight bits, or three of a colour each.
//!
//! The decoder is the crate `hayro-jpeg2000`: pure Rust without unsafe code. It takes memory for every tile and precinct
//! that is stated, and a few hundred bytes can state millions of them; so what is stated is looked at first, in the main
//! header and in those of all tiles, and what no camera writes is refused.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use rekam_hal::{GrayImage, RgbImage};

use super::super::bytes::Reader;
use super::super::error::{RecordError, Result, within};
use super::same_size;

const SIGNATURE: &[u8] = b"\0\0\0\x0cjP  \r\n\x87\n";
const START_OF_STREAM: u16 = 0xff4f;
const SIZE: u16 = 0xff51;
const CODING: u16 = 0xff52;
const CODING_OF_COMPONENT: u16 = 0xff53;
const START_OF_TILE: u16 = 0xff90;
const START_OF_DATA: u16 = 0xff93;
const END_OF_STREAM: u16 = 0xffd9;
/// Least pixels of a tile on average; the whole image is a tile in any case.
const TILE: u64 = 1024;
/// Least side of a precinct, as a power of two.
const PRECINCT: u8 = 4;

/// A grey image (a JP2 file or a bare code stream) of exactly the stated size.
pub(in super::super) fn decoded(data: &[u8], size: (u32, u32)) -> Result<GrayImage> {
    Ok(GrayImage::new(size.0, size.1, pixels(data, size, &[1])?)?)
}

/// An image in colour, or a grey one with three equal parts.
pub(in super::super) fn decoded_rgb(data: &[u8], size: (u32, u32)) -> Result<RgbImage> {
    let mut pixels = pixels(data, size, &[1, 3])?;
    if pixels.len() == size.0 as usize * size.1 as usize {
        pixels = pixels.into_iter().flat_map(|grey| [grey; 3]).collect();
    }
    Ok(RgbImage::new(size.0, size.1, pixels)?)
}

/// The bytes of an image with one of these numbers of components.
fn pixels(data: &[u8], size: (u32, u32), components: &[u16]) -> Result<Vec<u8>> {
    let stream = if data.starts_with(SIGNATURE) { stream_of_file(data)? } else { data };
    check(stream, size, components)?;
    // Whole or not at all: a stream that was cut would otherwise give a blurred picture.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(stream, &settings)?;
    same_size(size, (image.width(), image.height()))?;
    let channels = image.color_space().num_channels();
    if image.has_alpha() || !components.contains(&channels.into()) {
        return Err(RecordError::Unsupported { field: "number of image components", value: channels.into() });
    }
    let mut work = DecoderContext::default();
    Ok(image.decode(&mut work)?.data_u8())
}

/// The code stream in the boxes of a JP2 file.
fn stream_of_file(data: &[u8]) -> Result<&[u8]> {
    let mut boxes = Reader::new(data);
    while boxes.left() > 0 {
        let (kind, content) = next_box(&mut boxes)?;
        match &kind {
            b"jp2c" => return Ok(content),
            b"jp2h" => no_palette(content)?,
            _ => {}
        }
    }
    Err(RecordError::Short { field: "JPEG 2000 code stream" })
}

/// Refuses colours that stand in a table; grey needs none.
fn no_palette(header: &[u8]) -> Result<()> {
    let mut boxes = Reader::new(header);
    while boxes.left() > 0 {
        if next_box(&mut boxes)?.0 == *b"pclr" {
            return Err(RecordError::Unsupported { field: "JPEG 2000 palette", value: 1 });
        }
    }
    Ok(())
}

fn next_box<'a>(boxes: &mut Reader<'a>) -> Result<([u8; 4], &'a [u8])> {
    const FIELD: &str = "JPEG 2000 box";
    let length = boxes.u32(FIELD)?;
    let kind = boxes.bytes::<4>(FIELD)?;
    let content = match length {
        // The last box may leave its length open.
        0 => boxes.left(),
        1 => {
            let (high, low) = (boxes.u32(FIELD)?, boxes.u32(FIELD)?);
            within(FIELD, high, 0, 0)?;
            within(FIELD, low, 16, u32::MAX.into())?;
            low as usize - 16
        }
        _ => {
            within(FIELD, length, 8, u32::MAX.into())?;
            length as usize - 8
        }
    };
    Ok((kind, boxes.take(FIELD, content)?))
}

/// Looks through all headers of a code stream.
fn check(stream: &[u8], size: (u32, u32), components: &[u16]) -> Result<()> {
    const FIELD: &str = "JPEG 2000 marker";
    let mut rest = Reader::new(stream);
    within(FIELD, rest.u16(FIELD)?, START_OF_STREAM.into(), START_OF_STREAM.into())?;
    // Where the tile that is looked at began and how long it is.
    let mut tile = None;
    loop {
        let at = stream.len() - rest.left();
        let marker = rest.u16(FIELD)?;
        match marker {
            END_OF_STREAM => return Ok(()),
            START_OF_DATA => {
                let Some((began, length)) = tile.take() else {
                    return Err(RecordError::Field { field: FIELD, value: marker.into() });
                };
                // A length of zero is that of the last tile: all there is.
                if length == 0 {
                    return Ok(());
                }
                let done = stream.len() - rest.left() - began;
                within("length of a JPEG 2000 tile", length, done as u64, u32::MAX.into())?;
                rest.take("JPEG 2000 tile", length as usize - done)?;
            }
            _ => {
                let length = rest.u16(FIELD)?;
                within(FIELD, length, 2, u16::MAX.into())?;
                let mut segment = rest.within(FIELD, usize::from(length) - 2)?;
                match marker {
                    START_OF_TILE => tile = Some((at, tile_length(&mut segment)?)),
                    SIZE => check_size(&mut segment, size, components)?,
                    CODING => {
                        let style = segment.u8("JPEG 2000 coding style")?;
                        segment.take("JPEG 2000 coding style", 4)?;
                        check_coding(&mut segment, style)?;
                    }
                    CODING_OF_COMPONENT => {
                        segment.u8("JPEG 2000 coding style")?;
                        let style = segment.u8("JPEG 2000 coding style")?;
                        check_coding(&mut segment, style)?;
                    }
                    _ => {}
                }
            }
        }
    }
}

fn tile_length(segment: &mut Reader<'_>) -> Result<u32> {
    segment.u16("number of a JPEG 2000 tile")?;
    segment.u32("length of a JPEG 2000 tile")
}

fn check_size(segment: &mut Reader<'_>, (width, height): (u32, u32), components: &[u16]) -> Result<()> {
    const FIELD: &str = "JPEG 2000 image size";
    segment.u16(FIELD)?;
    let mut pair = || -> Result<(u32, u32)> { Ok((segment.u32(FIELD)?, segment.u32(FIELD)?)) };
    let (end, origin, tile, first) = (pair()?, pair()?, pair()?, pair()?);
    same_size((width, height), (end.0.saturating_sub(origin.0), end.1.saturating_sub(origin.1)))?;
    let across = |end: u32, first: u32, tile: u32| u64::from(end.saturating_sub(first).div_ceil(tile.max(1)));
    let tiles = across(end.0, first.0, tile.0) * across(end.1, first.1, tile.1);
    let most = 1 + u64::from(width) * u64::from(height) / TILE;
    if tiles > most {
        return Err(RecordError::Unsupported { field: "number of JPEG 2000 tiles", value: tiles });
    }
    let count = segment.u16(FIELD)?;
    if !components.contains(&count) {
        return Err(RecordError::Unsupported { field: "number of image components", value: count.into() });
    }
    for _ in 0..count {
        let (depth, across, down) = (segment.u8(FIELD)?, segment.u8(FIELD)?, segment.u8(FIELD)?);
        if depth != 7 {
            return Err(RecordError::Unsupported { field: "bit depth of the JPEG 2000 image", value: depth.into() });
        }
        within("JPEG 2000 sampling of a component", across, 1, 4)?;
        within("JPEG 2000 sampling of a component", down, 1, 4)?;
    }
    Ok(())
}

/// The part of a coding style that is the same for the image and for a component.
fn check_coding(segment: &mut Reader<'_>, style: u8) -> Result<()> {
    const FIELD: &str = "JPEG 2000 precinct size";
    let levels = segment.u8("number of JPEG 2000 decompositions")?;
    within("number of JPEG 2000 decompositions", levels, 0, 32)?;
    segment.take("JPEG 2000 code blocks", 4)?;
    if style & 1 == 0 {
        return Ok(());
    }
    for size in segment.take(FIELD, usize::from(levels) + 1)? {
        if size & 15 < PRECINCT || size >> 4 < PRECINCT {
            return Err(RecordError::Unsupported { field: FIELD, value: (*size).into() });
        }
    }
    Ok(())
}
