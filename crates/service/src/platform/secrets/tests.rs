use super::*;
use crate::platform::system::OsEntropy;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU8, Ordering};

fn sealer(byte: u8) -> Sealer {
    Sealer::new(MasterKey::new([byte; 32]), None, Arc::new(OsEntropy))
}

const ROW: Uuid = Uuid::from_u128(1);
const OWNER: Uuid = Uuid::from_u128(2);

proptest! {
    #[test]
    fn a_sealed_value_opens_only_in_its_place(secret in prop::collection::vec(any::<u8>(), 0..200)) {
        let sealer = sealer(1);
        let sealed = sealer.seal("exchange_keys", ROW, OWNER, &secret).unwrap();
        prop_assert_eq!(&*sealer.open("exchange_keys", ROW, OWNER, &sealed).unwrap(), &secret);
        prop_assert!(sealer.open("mails", ROW, OWNER, &sealed).is_err());
        prop_assert!(sealer.open("exchange_keys", OWNER, OWNER, &sealed).is_err());
        prop_assert!(sealer.open("exchange_keys", ROW, ROW, &sealed).is_err());
        prop_assert_eq!(Sealed::from_bytes(&sealed.to_bytes()).unwrap(), sealed);
    }

    #[test]
    fn one_flipped_bit_anywhere_is_noticed(at in any::<prop::sample::Index>(), bit in 0_u8..8, in_key: bool) {
        let sealer = sealer(1);
        let mut sealed = sealer.seal("mails", ROW, OWNER, b"a secret of ours").unwrap();
        let part = if in_key { &mut sealed.data_key } else { &mut sealed.secret };
        let at = at.index(part.len());
        part[at] ^= 1 << bit;
        prop_assert!(sealer.open("mails", ROW, OWNER, &sealed).is_err());
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(sealed) = Sealed::from_bytes(&bytes) {
            prop_assert!(sealer(1).open("mails", ROW, OWNER, &sealed).is_err());
        }
    }
}

/// Counts up: the data key from 0x00, the secret's nonce from 0xa0, the data key's nonce from 0xb0.
#[derive(Default)]
struct Known(AtomicU8);

impl Entropy for Known {
    fn fill(&self, out: &mut [u8]) {
        let first = [0x00, 0xa0, 0xb0][usize::from(self.0.fetch_add(1, Ordering::SeqCst))];
        out.iter_mut().zip(first..).for_each(|(to, from)| *to = from);
    }
}

/// The bytes were made by another implementation (Python's `cryptography`, over OpenSSL).
#[test]
fn secrets_are_stored_in_the_format_of_every_release() {
    let secret = "a0a1a2a3a4a5a6a7a8a9aaab87380f4826b967cb420ae1f3680fb2adfc2e4390a310175a5c40b062fc32eb81";
    let data_key = "b0b1b2b3b4b5b6b7b8b9babb478fe9e539c1fba1c1e02e66a92032b499e08e66a69069b142013918685ab241\
                    e0e6395755ebcc062d1bf2ab78e6aad4";
    let known = Sealer::new(MasterKey::new([1; 32]), None, Arc::<Known>::default());
    let sealed = known.seal("exchange_keys", ROW, OWNER, b"a secret of ours").unwrap();
    assert_eq!(hex::encode(&sealed.secret), secret);
    assert_eq!(hex::encode(&sealed.data_key), data_key);
    let stored = Sealed {
        secret: hex::decode(secret).unwrap(),
        data_key: hex::decode(data_key).unwrap(),
        master_key_id: MasterKey::new([1; 32]).id().to_owned(),
        version: 1,
    };
    assert_eq!(&**sealer(1).open("exchange_keys", ROW, OWNER, &stored).unwrap(), b"a secret of ours");
}

#[test]
fn the_same_secret_never_encrypts_the_same() {
    let sealer = sealer(1);
    let (a, b) =
        (sealer.seal("t", ROW, OWNER, b"same").unwrap(), sealer.seal("t", ROW, OWNER, b"same").unwrap());
    assert_ne!(a.secret, b.secret);
    assert_ne!(a.data_key, b.data_key);
}

#[test]
fn a_data_key_of_another_row_does_not_serve() {
    let sealer = sealer(1);
    let mine = sealer.seal("t", ROW, OWNER, b"mine").unwrap();
    let other = sealer.seal("t", ROW, OWNER, b"other").unwrap();
    let mixed = Sealed { data_key: other.data_key, ..mine };
    assert!(sealer.open("t", ROW, OWNER, &mixed).is_err());
}

#[test]
fn a_new_master_key_takes_over_and_the_old_one_is_done() {
    let old = sealer(1);
    let sealed = old.seal("t", ROW, OWNER, b"kept").unwrap();
    let both = Sealer::new(MasterKey::new([2; 32]), Some(MasterKey::new([1; 32])), Arc::new(OsEntropy));
    assert_eq!(&**both.open("t", ROW, OWNER, &sealed).unwrap(), b"kept");
    let again = both.rewrap("t", ROW, OWNER, &sealed).unwrap();
    assert_eq!(again.secret, sealed.secret);
    assert_eq!(&**sealer(2).open("t", ROW, OWNER, &again).unwrap(), b"kept");
    assert!(old.open("t", ROW, OWNER, &again).is_err());
    assert!(sealer(2).open("t", ROW, OWNER, &sealed).is_err());
}

#[test]
fn nothing_of_it_is_printed() {
    let text = format!(
        "{:?}",
        sealer(1).open(
            "t",
            ROW,
            OWNER,
            &Sealed { secret: vec![], data_key: vec![], master_key_id: "x".into(), version: 9 }
        )
    );
    assert!(text.contains("format"), "{text}");
}
