"""Says what pyHanko's PAdES validation (ETSI EN 319 102-1) makes of the signatures in a PDF, with
what lies in the file and nothing from the network, as one JSON object.

    level_judge.py SIGNED.pdf basic|time|lta TIME ROOT.pem…

TIME is Unix time, and 0 for now. Revocation must be proven.
"""

import asyncio
import json
import logging
import sys
from datetime import datetime, timezone

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
from pyhanko_certvalidator.registry import SimpleTrustManager

logging.disable(logging.CRITICAL)


def assertions(reader, moment):
    """What an answer of that time would say of the newest timestamp's path: nobody has one yet."""
    timestamps = reader.embedded_timestamp_signatures
    if not timestamps:
        return []
    store = DocumentSecurityStore.read_dss(reader)
    known = list(store.load_certs())
    path = [timestamps[-1].signer_cert]
    while len(path) < 8:
        above = [one for one in known if one.subject == path[-1].issuer and one not in path]
        if not above:
            break
        path.append(above[0])
    return [NonRevokedStatusAssertion(one.sha256, at=moment) for one in path]


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
            result = await ades.ades_lta_validation(embedded, spec(roots, mode, knowledge), timing)
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


path, mode, when, *roots = sys.argv[1:]
print(json.dumps(asyncio.run(judge(path, mode, int(when), roots))))
