//! The packets of USB/IP (`Documentation/usb/usbip_protocol.rst` of the kernel): all numbers with the high byte first.

use std::collections::VecDeque;

const SUBMIT: u32 = 1;
const UNLINK: u32 = 2;
const SUBMITTED: u32 = 3;
const UNLINKED: u32 = 4;
const HEAD: usize = 48;
/// Longest transfer that is believed.
const LONGEST: usize = 1 << 20;

/// A transfer that the host asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Submit {
    pub(super) number: u32,
    pub(super) endpoint: u8,
    pub(super) into_host: bool,
    pub(super) length: usize,
    pub(super) setup: [u8; 8],
    pub(super) data: Vec<u8>,
}

/// What the host says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Submit(Submit),
    /// The transfer `of` is no longer wanted.
    Unlink {
        number: u32,
        of: u32,
    },
}

/// What has arrived and is no whole command yet.
#[derive(Debug, Default)]
pub(super) struct Inbox(VecDeque<u8>);

/// The stream is none of USB/IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nonsense;

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes)
}

impl Inbox {
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// The next whole command.
    pub(super) fn next(&mut self) -> Result<Option<Command>, Nonsense> {
        let bytes = self.0.make_contiguous();
        let Some(head) = bytes.get(..HEAD) else { return Ok(None) };
        let number = word(head, 4);
        match word(head, 0) {
            SUBMIT => {
                let (into_host, endpoint) = (word(head, 12) == 1, word(head, 16));
                let length = word(head, 24) as usize;
                let endpoint = u8::try_from(endpoint).map_err(|_| Nonsense)?;
                if length > LONGEST {
                    return Err(Nonsense);
                }
                let end = HEAD + if into_host { 0 } else { length };
                let Some(data) = bytes.get(HEAD..end).map(<[u8]>::to_vec) else { return Ok(None) };
                let setup = head.get(40..48).and_then(|setup| setup.try_into().ok()).unwrap_or_default();
                self.0.drain(..end);
                Ok(Some(Command::Submit(Submit { number, endpoint, into_host, length, setup, data })))
            }
            UNLINK => {
                let of = word(head, 20);
                self.0.drain(..HEAD);
                Ok(Some(Command::Unlink { number, of }))
            }
            _ => Err(Nonsense),
        }
    }
}

fn reply(kind: u32, number: u32, status: i32, length: usize, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + data.len());
    for part in [kind, number, 0, 0, 0] {
        bytes.extend(part.to_be_bytes());
    }
    bytes.extend(status.to_be_bytes());
    bytes.extend(u32::try_from(length).unwrap_or(0).to_be_bytes());
    bytes.resize(HEAD, 0);
    bytes.extend(data);
    bytes
}

/// The end of a transfer: bytes for the host, or the number of bytes taken from it.
pub(super) fn submitted(of: &Submit, result: Result<&[u8], i32>) -> Vec<u8> {
    match result {
        Ok(data) if of.into_host => {
            let data = data.get(..of.length).unwrap_or(data);
            reply(SUBMITTED, of.number, 0, data.len(), data)
        }
        Ok(_) => reply(SUBMITTED, of.number, 0, of.length, &[]),
        Err(status) => reply(SUBMITTED, of.number, status, 0, &[]),
    }
}

/// The answer to an unlinking; `status` is 0 where the transfer had already ended.
pub(super) fn unlinked(number: u32, status: i32) -> Vec<u8> {
    reply(UNLINKED, number, status, 0, &[])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn submit(number: u32, endpoint: u32, direction: u32, length: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            [SUBMIT, number, 0x1_0002, direction, endpoint, 0, length].into_iter().flat_map(u32::to_be_bytes).collect();
        bytes.resize(40, 0);
        bytes.extend([1, 2, 3, 4, 5, 6, 7, 8]);
        bytes.extend(data);
        bytes
    }

    #[test]
    fn commands_are_read_however_they_are_cut() {
        let mut stream = submit(7, 1, 1, 64, &[]);
        stream.extend(submit(8, 0, 0, 3, &[9, 9, 9]));
        let mut unlink: Vec<u8> = [UNLINK, 9, 0, 0, 0, 7].into_iter().flat_map(u32::to_be_bytes).collect();
        unlink.resize(HEAD, 0);
        stream.extend(unlink);
        for piece in [1, 5, 48, 200] {
            let mut inbox = Inbox::default();
            let mut read = Vec::new();
            for part in stream.chunks(piece) {
                inbox.extend(part);
                while let Some(command) = inbox.next().unwrap() {
                    read.push(command);
                }
            }
            let setup = [1, 2, 3, 4, 5, 6, 7, 8];
            let first = Submit { number: 7, endpoint: 1, into_host: true, length: 64, setup, data: Vec::new() };
            let second = Submit { number: 8, endpoint: 0, into_host: false, length: 3, setup, data: vec![9, 9, 9] };
            let expected = [Command::Submit(first), Command::Submit(second), Command::Unlink { number: 9, of: 7 }];
            assert_eq!(read, expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_hundred_thousand_mutated_streams_end_or_are_refused() {
        let whole = [submit(1, 0, 0, 20, &[5; 20]), submit(2, 2, 1, 64, &[])].concat();
        let mut state = 0x7f4a_7c15_9e37_79b9u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        let (mut read, mut refused) = (0, 0);
        for _ in 0..100_000 {
            let mut bytes = whole.clone();
            for _ in 0..next() % 4 {
                let at = next() % bytes.len();
                bytes[at] = next() as u8;
            }
            let mut inbox = Inbox::default();
            inbox.extend(&bytes);
            loop {
                match inbox.next() {
                    Ok(Some(_)) => read += 1,
                    Ok(None) => break,
                    Err(Nonsense) => {
                        refused += 1;
                        break;
                    }
                }
            }
        }
        assert!(read > 10_000 && refused > 1_000, "{read} read, {refused} refused");
    }

    proptest! {
        #[test]
        fn no_answer_is_longer_than_was_asked(length in 0usize..300, data in prop::collection::vec(any::<u8>(), 0..400)) {
            let of = Submit { number: 1, endpoint: 1, into_host: true, length, setup: [0; 8], data: Vec::new() };
            let bytes = submitted(&of, Ok(&data));
            prop_assert_eq!(bytes.len(), HEAD + length.min(data.len()));
            prop_assert_eq!(word(&bytes, 24) as usize, length.min(data.len()));
        }
    }
}
