//! Reads the weights, and only them, out of an ONNX file.
//!
//! The graph itself is this program's code; what is needed of the file are the named arrays of floats. The reader
//! knows the four message kinds on the way to them (Model 7 -> Graph 5 -> Tensor) and steps over everything else. It
//! allocates nothing that the file does not hold.

use std::collections::BTreeMap;

use super::NetworkError;

/// Most dimensions an array may have.
const MAX_DIMS: usize = 8;

/// The value of `TensorProto.data_type` for 32-bit floats.
const FLOAT: u64 = 1;

/// An array of floats in an ONNX file.
#[derive(Debug, Default)]
pub struct Tensor<'a> {
    /// Its shape.
    pub dims: Vec<usize>,
    /// Its values, four bytes each, little endian.
    raw: &'a [u8],
}

impl Tensor<'_> {
    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = f32> + '_ {
        self.raw.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four))
    }
}

/// All arrays of floats by name.
pub fn tensors(file: &[u8]) -> Result<BTreeMap<&str, Tensor<'_>>, NetworkError> {
    let mut found = BTreeMap::new();
    for graph in messages(file, 7) {
        for tensor in messages(graph?, 5) {
            if let Some((name, tensor)) = named(tensor?)?
                && found.insert(name, tensor).is_some()
            {
                return Err(NetworkError::Twice { name: name.to_owned() });
            }
        }
    }
    Ok(found)
}

/// A tensor of floats with its name; nothing for other types.
fn named(message: &[u8]) -> Result<Option<(&str, Tensor<'_>)>, NetworkError> {
    let (mut name, mut kind, mut tensor) = ("", 0, Tensor::default());
    for field in (Fields { rest: message }) {
        match field? {
            (1, Value::Number(dim)) => push(&mut tensor.dims, dim)?,
            (1, Value::Bytes(packed)) => {
                let mut packed = Fields { rest: packed };
                while !packed.rest.is_empty() {
                    push(&mut tensor.dims, packed.number()?)?;
                }
            }
            (2, Value::Number(number)) => kind = number,
            (4 | 9, Value::Bytes(bytes)) => tensor.raw = bytes,
            (8, Value::Bytes(bytes)) => name = std::str::from_utf8(bytes).map_err(|_| NetworkError::Container)?,
            (_, Value::Number(_) | Value::Bytes(_) | Value::Fixed) => {}
        }
    }
    if kind != FLOAT {
        return Ok(None);
    }
    let bytes = tensor.dims.iter().try_fold(4usize, |all, &dim| all.checked_mul(dim));
    if bytes != Some(tensor.raw.len()) {
        return Err(NetworkError::Length { name: name.to_owned() });
    }
    Ok(Some((name, tensor)))
}

fn push(dims: &mut Vec<usize>, dim: u64) -> Result<(), NetworkError> {
    if dims.len() == MAX_DIMS {
        return Err(NetworkError::Container);
    }
    dims.push(usize::try_from(dim).map_err(|_| NetworkError::Container)?);
    Ok(())
}

/// The messages in field `wanted` of a message.
fn messages(message: &[u8], wanted: u64) -> impl Iterator<Item = Result<&[u8], NetworkError>> {
    (Fields { rest: message }).filter_map(move |field| match field {
        Ok((number, Value::Bytes(bytes))) if number == wanted => Some(Ok(bytes)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes, of which none are needed.
    Fixed,
}

/// The fields of a protocol buffer message; ends after the first error.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn number(&mut self) -> Result<u64, NetworkError> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(NetworkError::Container)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(NetworkError::Container)
    }

    fn bytes(&mut self, count: u64) -> Result<&'a [u8], NetworkError> {
        let count = usize::try_from(count).map_err(|_| NetworkError::Container)?;
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(NetworkError::Container)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), NetworkError> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => self.bytes(8).map(|_| Value::Fixed)?,
            2 => {
                let count = self.number()?;
                Value::Bytes(self.bytes(count)?)
            }
            5 => self.bytes(4).map(|_| Value::Fixed)?,
            _ => return Err(NetworkError::Container),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), NetworkError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}
