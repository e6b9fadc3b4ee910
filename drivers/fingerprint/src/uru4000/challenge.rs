//! The challenge of Microsoft's second reader: it asks for one block of AES-128 under a key that every driver knows.

use aes::Aes128;
use aes::cipher::{BlockEncrypt, KeyInit};

/// Length of challenge and response.
pub const LENGTH: usize = 16;

/// Published in libfprint's driver of the family and checked there against real devices; it keeps no secret.
const KEY: [u8; LENGTH] =
    [0x79, 0xac, 0x91, 0x79, 0x5c, 0xa1, 0x47, 0x8e, 0x98, 0xe0, 0x0f, 0x3c, 0x59, 0x8f, 0x5f, 0x4b];

/// What the reader wants to hear.
pub fn response(challenge: [u8; LENGTH]) -> [u8; LENGTH] {
    let mut block = challenge.into();
    Aes128::new(&KEY.into()).encrypt_block(&mut block);
    block.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_response_is_one_block_of_aes() {
        // Computed with OpenSSL: `openssl enc -aes-128-ecb -nopad -K 79ac9179...` over 00 01 .. 0f.
        let challenge: [u8; LENGTH] = std::array::from_fn(|i| i as u8);
        assert_eq!(response(challenge), EXPECTED);
    }

    const EXPECTED: [u8; LENGTH] =
        [0x71, 0x83, 0x6f, 0xe9, 0x70, 0xf0, 0xf1, 0x57, 0xef, 0xe7, 0x96, 0x72, 0xca, 0xaa, 0x2b, 0x9f];
}
