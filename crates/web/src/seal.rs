//! The day's 校验码 on paper (1.2, 5.1): size and short code of the log's head for the eye, the whole signed head as a
//! QR code for a machine. Whoever keeps the sheet can later see, without network and without trusting the server,
//! whether the log still goes on from it.

use qrcode::EcLevel;
use safety::Cx;
use safety::kernel::proof;

use base::Result;

use crate::{qr, words};

/// What stands at the foot of a printed sheet.
pub struct Seal {
    pub size: String,
    pub code: String,
    pub qr: String,
}

/// The seal of the newest head; none before anything is signed.
pub fn seal(cx: &mut Cx<'_, '_>) -> Result<Option<Seal>> {
    proof::checkpoint(cx.tx)?.map(|note| of(&note)).transpose()
}

fn of(note: &str) -> Result<Seal> {
    let head = journal::peek_checkpoint(note)?;
    // Paper that is kept dry and flat: medium correction keeps the squares large enough for a telephone.
    let qr = qr::svg(note, EcLevel::M)?;
    Ok(Seal { size: words::number(head.size as i64), code: head.code(), qr })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_code_on_paper_is_the_root_of_the_signed_head() {
        let signer = journal::Signer::new("220200.xiaoan/log/2026", [1; 32]).unwrap();
        let mut root = [0; 32];
        root[..10].copy_from_slice(&[0x3f, 0x2a, 0x91, 0xbc, 0x0d, 0x4e, 0x77, 0xa1, 0xff, 0x00]);
        let seal = super::of(&signer.checkpoint(12_345, root)).unwrap();
        assert_eq!(
            (seal.size.as_str(), seal.code.as_str()),
            (crate::words::number(12_345).as_str(), "3F2A-91BC-0D4E-77A1-FF00")
        );
        assert!(seal.qr.starts_with("<svg") && !seal.qr.contains("style="));
    }
}
