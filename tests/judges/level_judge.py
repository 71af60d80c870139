"""Says what pyHanko's PAdES validation (ETSI EN 319 102-1) makes of the signatures in PDFs, with
what lies in each file and nothing from the network, as one JSON object a line.

    level_judge.py ROOT.pem… -- SIGNED.pdf basic|time|lta TIME [SIGNED.pdf …]

basic and time: the process for signatures with time (§5.5); lta: that for long-term availability
(§5.6.3). But for basic, revocation must be proven. TIME is Unix time, and 0 for now.
"""

import asyncio
import dataclasses
import json
import logging
import sys
from datetime import datetime, timezone

from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    FreshnessReqType,
    NonRevokedStatusAssertion,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer
from pyhanko_certvalidator.registry import SimpleTrustManager

logging.disable(logging.CRITICAL)


def assertions(reader, moment):
    """What would be asked for at that time and nobody can have yet: that the newest timestamp's
    authority, and authorities whose certificates have not ended, are not revoked."""
    timestamps = reader.embedded_timestamp_signatures
    if not timestamps:
        return []
    known = DocumentSecurityStore.read_dss(reader).load_certs()
    lasting = [one for one in known if one.ca] + [timestamps[-1].signer_cert]
    return [NonRevokedStatusAssertion(one.sha256, at=moment) for one in lasting]


def spec(roots, mode, knowledge):
    # A B-B signature brings nothing to prove revocation with.
    checked = RevocationCheckingPolicy.from_legacy("soft-fail" if mode == "basic" else "require")
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([load_cert_from_pemder(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(
            revocation_checking_policy=checked,
            freshness_req_type=FreshnessReqType.DEFAULT,
        ),
    )
    signature = SignatureValidationSpec(
        cert_validation_policy=policy,
        local_knowledge=LocalKnowledge(nonrevoked_assertions=knowledge),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
    )
    return PdfSignatureValidationSpec(signature)


async def one(embedded, mode, terms, timing):
    if mode == "lta":
        return await ades.ades_lta_validation(embedded, terms, timing)
    terms = terms.signature_validation_spec
    if "/DSS" in embedded.reader.root:
        store = DocumentSecurityStore.read_dss(embedded.reader)
        stored = LocalKnowledge(
            known_certs=list(store.load_certs()),
            known_ocsps=[
                response
                for one in store.ocsps
                for response in OCSPContainer.load_multi(OCSPResponse.load(one.get_object().data))
            ],
            known_crls=[
                CRLContainer(CertificateList.load(one.get_object().data)) for one in store.crls
            ],
        )
        terms = dataclasses.replace(terms, local_knowledge=stored)
    return await ades.ades_with_time_validation(
        embedded.signed_data, terms, timing, raw_digest=embedded.compute_digest()
    )


async def judge(path, mode, when, roots):
    moment = datetime.fromtimestamp(when, timezone.utc) if when else datetime.now(timezone.utc)
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=bool(when)
    )
    with open(path, "rb") as file:
        reader = PdfFileReader(file)
        knowledge = assertions(reader, moment) if when else []
        signatures = []
        for embedded in reader.embedded_regular_signatures:
            result = await one(embedded, mode, spec(roots, mode, knowledge), timing)
            signatures.append(
                {
                    "indication": result.ades_subindic.status.name,
                    "sub_indication": result.ades_subindic.standard_name,
                    "why": result.failure_msg,
                    "time": result.best_signature_time.timestamp(),
                    "timestamp": result.signature_timestamp_status is not None
                    if hasattr(result, "signature_timestamp_status")
                    else None,
                }
            )
        store = DocumentSecurityStore.read_dss(reader) if "/DSS" in reader.root else None
        return {
            "signatures": signatures,
            "document_timestamps": len(reader.embedded_timestamp_signatures),
            "certificates": len(store.certs) if store else 0,
            "answers": len(store.ocsps) + len(store.crls) if store else 0,
        }


end = sys.argv.index("--")
roots, asked = sys.argv[1:end], sys.argv[end + 1 :]
for path, mode, when in zip(asked[::3], asked[1::3], asked[2::3], strict=True):
    print(json.dumps(asyncio.run(judge(path, mode, int(when), roots))))
