"""Florin's HTTP API for Python 3.9 and later, with the standard library alone.

    florin = Florin("http://127.0.0.1:8080/v1/callloop", os.environ["FLORIN_KEY"])
    zoe = florin.account("zoe")
    zoe.do("open_account", {"billing_country": "US"}, key="open")
    done = zoe.agree("subscribe", {"plan": "growth", "cycle": "monthly"}, key="sub-1", wait=20)
    done["order"]["now"]["state"]  # paid, declined, pending, needs_action, …

Whatever may be sent again is sent again, with the same key. What is refused raises Problem; a declined payment does not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

__all__ = ["Account", "Florin", "Problem", "verify_webhook"]

_AGAIN = {408, 429, 502, 503, 504}
_LONGEST_PAUSE = 30  # seconds: who is asked to wait longer is told so, and nobody sleeps on it


class Problem(Exception):
    """What the API refuses, or could not do. `code` is for programs, the text for the customer."""

    def __init__(self, problem: Mapping[str, Any], status: int) -> None:
        super().__init__(problem.get("detail") or f"HTTP {status}")
        self.status = status
        self.code: str = problem.get("code", "unknown")
        self.values: Dict[str, str] = dict(problem.get("values") or {})
        self.errors: List[Dict[str, Optional[str]]] = list(problem.get("errors") or [])
        self.rule: Optional[str] = problem.get("rule")
        self.request: Optional[str] = problem.get("request")
        self.retry_after: Optional[float] = None  # seconds, if the server says so


class Florin:
    """One tenant, with one key.

    api    https://billing.example/v1/callloop
    key    fl_live_…, or the token of a session
    actor  who asks, as owner:ann; the key needs act_as
    tries  of one request, the first among them
    """

    def __init__(self, api: str, key: str, actor: Optional[str] = None, tries: int = 4, timeout: float = 40) -> None:
        self.api = api.rstrip("/")
        self.key = key
        self.actor = actor
        self.tries = tries
        self.timeout = timeout
        # No proxy of the environment between a backend and its billing, and no redirects.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())

    def account(self, name: str) -> "Account":
        return Account(self, name)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: Optional[str] = None,
        wait: Optional[int] = None,
        if_match: Optional[str] = None,
        query: Optional[Mapping[str, Any]] = None,
    ) -> Any:
        """One request, sent again with the same key while that can help."""
        url = f"{self.api}/{path}"
        wanted = {name: value for name, value in (query or {}).items() if value is not None}
        if wanted:
            url += "?" + urllib.parse.urlencode(wanted)
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        if wait:
            headers["Prefer"] = f"wait={wait}"
        if if_match is not None:
            headers["If-Match"] = if_match
        if self.actor is not None:
            headers["Florin-Actor"] = self.actor
        data = None if body is None else json.dumps(body).encode()
        repeatable = method == "GET" or key is not None or path.split("/")[-1] in ("usage", "check", "quote")
        tried = 0
        while True:
            tried += 1
            try:
                return self._send(method, url, headers, data)
            except _Refused as refused:
                problem = Problem(refused.problem, refused.status)
                problem.retry_after = refused.retry_after
                over = tried >= self.tries or (refused.retry_after or 0) > _LONGEST_PAUSE
                if refused.status not in _AGAIN or not repeatable or over:
                    raise problem from None
                _pause(tried, refused.retry_after)
            except (OSError, http.client.HTTPException):  # not there, too late, or cut
                if not repeatable or tried >= self.tries:
                    raise
                _pause(tried)

    def _send(self, method: str, url: str, headers: Mapping[str, str], data: Optional[bytes]) -> Any:
        asked = urllib.request.Request(url, data=data, headers=dict(headers), method=method)
        try:
            with self._opener.open(asked, timeout=self.timeout) as answer:
                return _read(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise _Refused(error.code, _read(error.read()), error.headers.get("Retry-After")) from None

    def usage(self, lines: Sequence[Mapping[str, Any]]) -> List[Dict[str, Any]]:
        """Debits and holds, each with its own key, 1,000 in one request. The answers are in their order. Lines that were not
        taken because the host was busy, or not the owner, go again."""
        answers: List[Dict[str, Any]] = []
        for start in range(0, len(lines), 1000):
            answers.extend(self.request("POST", "usage", list(lines[start : start + 1000])))
        for tried in range(1, self.tries):
            left = [i for i, one in enumerate(answers) if (one.get("problem") or {}).get("status") in _AGAIN][:1000]
            if not left:
                break
            _pause(tried)
            for i, answer in zip(left, self.request("POST", "usage", [lines[i] for i in left])):
                answers[i] = answer
        return answers

    def command(self, name: str, fields: Optional[Mapping[str, Any]] = None, *, key: str) -> Dict[str, Any]:
        """A command of the whole tenant."""
        return self.request("POST", name, dict(fields or {}), key=key)

    def events(
        self, after: Union[int, str] = 0, types: Optional[Iterable[str]] = None, wait: Optional[int] = 20
    ) -> Iterator[Dict[str, Any]]:
        """All events from a position on, and what happens later. Without `wait` it ends with what there is."""
        chosen = ",".join(types) if types else None
        while True:
            page = self.request("GET", "events", query={"after": after, "types": chosen, "wait": wait or None})
            yield from page["data"]
            after = page["next"]
            if not wait and not page["more"] and not page["data"]:
                return

    def all(self, path: str, **query: Any) -> Iterator[Dict[str, Any]]:
        """Every row of a list, page by page."""
        after: Optional[str] = None
        while True:
            page = self.request("GET", path, query={**query, "after": after})
            yield from page["data"]
            after = page.get("next")
            if not after:
                return


class Account:
    """One account. The key of a command is yours, best the id of what you do: the same key happens once."""

    def __init__(self, florin: Florin, name: str) -> None:
        self.florin = florin
        self.name = name
        self.path = "accounts/" + urllib.parse.quote(name, safe="")

    def do(
        self,
        command: str,
        fields: Optional[Mapping[str, Any]] = None,
        *,
        key: str,
        wait: Optional[int] = None,
        if_match: Optional[str] = None,
    ) -> Dict[str, Any]:
        """subscribe, buy_credits, …: docs/commands.md. A key without a colon gets the account's name before it."""
        if not key:
            raise ValueError("a command needs a key: sent again with the same key it happens once")
        own = key if ":" in key else f"{self.name}:{key}"
        return self.florin.request(
            "POST", f"{self.path}/{command}", dict(fields or {}), key=own, wait=wait, if_match=if_match
        )

    def quote(self, command: str, fields: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
        """What it would do; `agreed` is to be sent back."""
        return self.florin.request("POST", f"{self.path}/quote", {command: dict(fields or {})})

    def agree(
        self, command: str, fields: Mapping[str, Any], *, key: str, wait: Optional[int] = None
    ) -> Dict[str, Any]:
        """Quotes, then does what was quoted, for that total and no other. For the moment at which somebody agrees: a job
        that may run twice keeps `agreed` of its quote and calls do() with it, so that its key always goes with the same
        content."""
        quoted = self.quote(command, fields)
        if quoted.get("refused"):
            refused = dict(quoted["refused"])
            refused.setdefault("detail", refused.get("text"))
            raise Problem(refused, 422)
        return self.do(command, {**fields, "agreed": quoted["agreed"]}, key=key, wait=wait)

    def check(self, use: Mapping[str, Any]) -> Dict[str, Any]:
        return self.florin.request("POST", f"{self.path}/check", dict(use))

    def get(self) -> Dict[str, Any]:
        return self.florin.request("GET", self.path)

    def catalog(self) -> Dict[str, Any]:
        return self.florin.request("GET", f"{self.path}/catalog")

    def order(self, order: int, wait: Optional[int] = None) -> Dict[str, Any]:
        return self.florin.request("GET", f"{self.path}/orders/{order}", query={"wait": wait})

    def settled(self, order: int, seconds: float = 60) -> Dict[str, Any]:
        """Waits until nothing more happens to an order by itself."""
        until = time.monotonic() + seconds
        while True:
            now = self.order(order, wait=20)
            if now["now"]["state"] not in ("processing", "pending", "unknown") or time.monotonic() > until:
                return now

    def portal(self, **words: str) -> Dict[str, Any]:
        """A link to the portal, or with kind="token" a token: member, role, page, locale, return_url."""
        return self.florin.request("POST", f"{self.path}/portal_sessions", words)

    def list(self, what: str) -> Iterator[Dict[str, Any]]:
        """orders, documents, grants, refunds, history"""
        return self.florin.all(f"{self.path}/{what}")


def verify_webhook(
    headers: Mapping[str, str], body: bytes, secrets: Union[str, Iterable[str]], now: Optional[float] = None
) -> bool:
    """Whether a webhook is Florin's, by Standard Webhooks. Names of headers in any case, the body as it came."""
    lower = {name.lower(): value for name, value in headers.items()}
    name, at = lower.get("webhook-id", ""), lower.get("webhook-timestamp", "")
    if not name or not at.isdigit() or abs((time.time() if now is None else now) - int(at)) > 300:
        return False
    given = [one[3:] for one in lower.get("webhook-signature", "").split(" ") if one.startswith("v1,")]
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        key = base64.b64decode(secret[6:] if secret.startswith("whsec_") else secret)
        mac = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        expected = base64.b64encode(mac).decode()
        if any(hmac.compare_digest(one, expected) for one in given):
            return True
    return False


class _Refused(Exception):
    def __init__(self, status: int, problem: Any, retry_after: Optional[str]) -> None:
        super().__init__(status)
        self.status = status
        self.problem = problem if isinstance(problem, dict) else {}
        self.retry_after = float(retry_after) if retry_after and retry_after.isdigit() else None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return {"detail": "the answer is not JSON"}


def _pause(tried: int, seconds: Optional[float] = None) -> None:
    longest = 0.2 * 2**tried
    time.sleep(seconds if seconds is not None else longest / 2 + random.random() * longest / 2)
