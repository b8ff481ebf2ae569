//! SHA-256 and HMAC-SHA-256: from ring, which uses hardware instructions, if it is a dependency for TLS anyway;
//! otherwise from a small library in pure Rust.

#[cfg(feature = "rustls")]
mod library {
    use ring::{digest, hmac};

    pub(crate) fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> + use<> {
        digest::digest(&digest::SHA256, bytes)
    }

    pub(super) type State = hmac::Key;

    pub(super) fn state(key: &[u8]) -> State {
        hmac::Key::new(hmac::HMAC_SHA256, key)
    }

    pub(super) fn sign(state: &State, text: &[u8]) -> impl AsRef<[u8]> + use<> {
        hmac::sign(state, text)
    }
}

#[cfg(not(feature = "rustls"))]
mod library {
    use hmac_sha256::{HMAC, Hash};

    pub(crate) fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> + use<> {
        Hash::hash(bytes)
    }

    pub(super) type State = HMAC;

    pub(super) fn state(key: &[u8]) -> State {
        HMAC::new(key)
    }

    pub(super) fn sign(state: &State, text: &[u8]) -> impl AsRef<[u8]> + use<> {
        let mut state = state.clone();
        state.update(text);
        state.finalize()
    }
}

pub(crate) use library::sha256;

/// A key of HMAC-SHA-256, as the state of the hash after it: signing does not hash the key again.
#[derive(Clone)]
pub(crate) struct HmacKey(library::State);

impl HmacKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(library::state(key))
    }

    /// Returns the HMAC of a text.
    pub(crate) fn sign(&self, text: &[u8]) -> impl AsRef<[u8]> + use<> {
        library::sign(&self.0, text)
    }
}

/// Whoever has the state can sign like the owner of the key, so it is overwritten.
impl Drop for HmacKey {
    fn drop(&mut self) {
        self.0 = library::state(&[]);
        // Without this, the compiler may leave out a write that nobody reads.
        std::hint::black_box(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::{HmacKey, sha256};

    fn hex(bytes: impl AsRef<[u8]>) -> String {
        bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// FIPS 180-2, B.1 and B.2, and RFC 4231, cases 2 and 6; independent of the features.
    #[test]
    fn the_vectors_of_the_standards_hold() {
        let two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(sha256(two_blocks)), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        let short = HmacKey::new(b"Jefe").sign(b"what do ya want for nothing?");
        assert_eq!(hex(short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = HmacKey::new(&[0xaa; 131]).sign(b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
