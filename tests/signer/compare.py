"""Signs random requests with the official SDK and with this project, and compares the Authorization headers.

usage: compare.py PROGRAM [COUNT [SEED]]

PROGRAM is the example `authorization` of this package. Needs huaweicloudsdkcore.
"""

import json
import random
import subprocess
import sys
from urllib.parse import quote

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

PLAIN = "abcXYZ019-_.~"
RESERVED = " !\"#$&'()*+,/:;<=>?@[\\]^`{|}%"
WIDE = "äßéñøЖ中文字😀\u200b\u00a0"


def text(rng, alphabet, least, most):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


def words(rng, least, most):
    return text(rng, PLAIN * 4 + RESERVED + WIDE, least, most)


def request(rng):
    method = rng.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "get", "Post"])
    path = "".join("/" + quote(words(rng, 0, 12), safe=rng.choice(["~", "~/", "~!$&'()*+,;=:@"]))
                   for _ in range(rng.randint(1, 6)))
    query = [[words(rng, 1, 8), words(rng, 0, 12)] for _ in range(rng.randint(0, 6))]
    if query and rng.random() < 0.5:
        query.append([query[0][0], words(rng, 0, 12)])
    date = f"2026{rng.randint(1, 12):02}{rng.randint(1, 28):02}T{rng.randint(0, 23):02}{rng.randint(0, 59):02}00Z"
    headers = {"host": text(rng, PLAIN, 1, 20) + rng.choice(["", ":8443"]), "x-sdk-date": date}
    for name in ["x-project-id", "x-domain-id", "x-security-token", "x-own"]:
        if rng.random() < 0.4:
            headers[name] = rng.choice(["", " ", "  "]) + text(rng, PLAIN + RESERVED, 0, 40)
    if rng.random() < 0.6:
        headers["content-type"] = rng.choice(["application/json", "application/json;charset=utf8"])
    return {
        "access_key": text(rng, PLAIN, 1, 20),
        "secret_key": text(rng, PLAIN + RESERVED + WIDE, 1, 100),
        "date": date,
        "method": method,
        "path": path,
        "query": query,
        "headers": sorted([name, value] for name, value in headers.items()),
        "body": rng.choice(["", "{}", words(rng, 1, 200)]),
    }


def official(case):
    credentials = BasicCredentials(case["access_key"], case["secret_key"], "project")
    # The date in the case of the SDK's own constant, as its clients send it.
    headers = {"X-Sdk-Date" if name == "x-sdk-date" else name: value for name, value in case["headers"]}
    sdk_request = SdkRequest(
        method=case["method"], schema="https", host=headers["host"], resource_path=case["path"],
        query_params=[tuple(pair) for pair in case["query"]], header_params=headers, body=case["body"])
    return Signer(credentials).sign(sdk_request).header_params["Authorization"]


def main():
    program = sys.argv[1]
    count, seed = (int(argument) for argument in (sys.argv[2:] + ["10000", "7"][len(sys.argv) - 2:]))
    rng = random.Random(seed)
    cases = [request(rng) for _ in range(count)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    ours = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(ours) != count:
        sys.exit(f"{len(ours)} signatures for {count} requests")
    for case, mine in zip(cases, ours):
        theirs = official(case)
        if mine != theirs:
            sys.exit(f"the signatures differ (seed {seed}):\n{json.dumps(case)}\nofficial {theirs}\nhere     {mine}")
    print(f"{count} random requests (seed {seed}) are signed as by the official SDK")


main()
