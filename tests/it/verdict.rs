//! The judgement over signatures at each level, now and when certificates have ended.

use tests::organisation::SIGNER_SECRET;
use tests::pki::{YEAR, now};
use tests::{Authorities, Machine};

#[test]
fn what_is_archived_is_valid_for_years_and_what_is_not_ends_with_its_certificate() {
    let machine = Machine::founded().with_signer("ana");
    let authorities = Authorities::start();
    authorities.pki().root.write_pem(&machine.path(""), "root");
    let tsa = authorities.url("tsa");
    let later = now() + 4 * YEAR;
    for (level, lasts) in [("b-b", false), ("b-lta", true)] {
        let output = format!("{level}.pdf");
        let stamped = match level {
            "b-b" => String::new(),
            level => format!(
                "--level {level} --tsa {tsa} --tsa-trust root.pem --local-authority 127.0.0.1"
            ),
        };
        let sign = format!("{} {stamped}", machine.sign("ana", &output));
        machine.done(sign.trim_end(), &[SIGNER_SECRET]);
        let validate = format!("validate {output} --trust root.pem");
        let today = machine.done(&validate, &[]).json;
        let signature = &today["signatures"][0];
        assert_eq!(signature["level"], level, "{today}");
        assert_eq!(signature["indication"], "total_passed", "{today}");
        let by = if level == "b-b" {
            "claimed"
        } else {
            "timestamp"
        };
        assert_eq!(signature["time"]["answer"], by, "{today}");
        // The organisation's own list is at hand.
        let revocation = &signature["identity"]["revocation"][0];
        assert_eq!(revocation["status"], "good", "{today}");

        let then = machine.run(&format!("{validate} --at @{later}"), &[]);
        assert_eq!(then.status == 0, lasts, "{level}: {then:?}");
        let signature = &then.json["signatures"][0];
        let why = if lasts {
            None
        } else {
            Some("OUT_OF_BOUNDS_NO_POE")
        };
        assert_eq!(
            signature["sub_indication"].as_str(),
            why,
            "{level}: {then:?}"
        );
    }
}
