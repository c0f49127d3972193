"""florin serve as systemd starts it, and with a test twin beside it; what shells and readers of man get."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

FLORIN = os.environ["FLORIN"]
CONFIG = pathlib.Path(os.environ["FLORIN_CONFIG"])


def ask(url, key="", body=None, name=""):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if name:
        headers["Idempotency-Key"] = name
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def run(*words):
    done = subprocess.run([FLORIN, *words], capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="florin-service-"))
        self.running = []

    def tearDown(self):
        for one in self.running:
            one.kill()
            one.wait()
            one.stdout.close()
        shutil.rmtree(self.folder)

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text)
        return str(file)

    def config(self, name, more):
        return self.write(
            name,
            f"plugins: {{folder: {os.environ['FLORIN_PLUGINS']}}}\ntenants: {CONFIG.parent}/tenants/callloop.yaml\n{more}",
        )

    def started(self, words, **how):
        child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, **how)
        self.running.append(child)
        return child

    def ended(self, child):
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(60), 0)


class UnderSystemd(Folder):
    def test_sockets_stay_open_and_it_says_when_it_is_ready(self):
        config = self.config("florin.yaml", "data: data\npayments: sandbox\nserve: {drain: 0 seconds}\n")
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        says = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        says.bind(str(self.folder / "notify"))
        says.settimeout(100)
        # As systemd does it: the socket is descriptor 3 of the very process.
        begin = f'exec 3<&{listening.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'
        words = ["sh", "-c", begin, "sh", FLORIN, "serve", "--config", config, "--quiet"]
        env = {**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")}
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/readyz"

        first = self.started(words, pass_fds=[listening.fileno()], env=env)
        self.assertEqual(says.recv(100), b"READY=1")
        self.assertEqual(ask(url), (200, {"state": "ready"}))
        self.ended(first)
        self.assertEqual(says.recv(100), b"STOPPING=1")
        # Nobody serves: whoever connects now waits for the next start.
        waits = socket.create_connection(listening.getsockname(), timeout=100)
        waits.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        second = self.started(words, pass_fds=[listening.fileno()], env=env)
        self.assertTrue(waits.recv(12).endswith(b" 200"))
        waits.close()
        self.ended(second)
        says.close()
        listening.close()

    def test_a_descriptor_that_is_no_socket_is_said(self):
        config = self.config("florin.yaml", "data: data\npayments: sandbox\n")
        with open(config) as file:
            begin = f'exec 3<&{file.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'
            done = subprocess.run(["sh", "-c", begin, "sh", FLORIN, "serve", "--config", config, "--quiet"],
                                  pass_fds=[file.fileno()], capture_output=True, text=True, timeout=100)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no socket that listens", done.stderr)


class ATestTwin(Folder):
    def begin(self):
        child = self.started([FLORIN, "serve", "--config", self.live, "--quiet"])
        bases = []
        for line in child.stdout:
            bases += re.findall(r"^API +(http://\S+)/v1/", line)
            if len(bases) == 2 and line.startswith("Admin"):
                break
        return child, *bases

    def test_is_another_host_at_the_same_address(self):
        virtual = "  listen: 127.0.0.1:0\n  drain: 0 seconds\n"
        self.live = self.config("live.yaml", f"data: live\nserve:\n  test: test.yaml\n{virtual}")
        self.config("test.yaml", "data: test\npayments: sandbox\nserve: {listen: 127.0.0.1:0}\n")
        code, _, said = run("serve", "--config", self.live, "--quiet")
        self.assertEqual(code, 1)
        self.assertIn("document_numbers: marked", said)
        self.assertFalse((self.folder / "test").exists(), "nothing was begun")
        test = self.config("test.yaml", "data: test\npayments: sandbox\ndocument_numbers: marked\n"
                                        f"serve:\n  virtual_from: 2026-01-01\n{virtual}")
        child, twin, base = self.begin()
        keys = {}
        for mode, config in (("live", self.live), ("test", test)):
            code, key, said = run("key", "issue", str(self.folder / mode), "callloop", "--config", config, "--preset", "staff")
            self.assertEqual(code, 0, said)
            keys[mode] = key.strip()
            self.assertTrue(keys[mode].startswith(f"fl_{mode}_"), keys[mode])
        api = f"{base}/v1/callloop"
        for mode, key in keys.items():
            self.assertEqual(ask(f"{api}/session", key)[1]["mode"], mode)
        opened = ask(f"{api}/accounts/zoe/open_account", keys["test"], {"billing_country": "US"}, "open")
        self.assertEqual(opened[0], 200, opened)
        self.assertEqual(ask(f"{api}/accounts/zoe", keys["test"])[0], 200)
        self.assertEqual(ask(f"{api}/accounts/zoe", keys["live"])[0], 404, "journals are never mixed")
        card = {"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}}
        self.assertEqual(ask(f"{api}/accounts/zoe/add_payment_method", keys["test"], card, "card")[0], 200)
        bought = ask(f"{api}/accounts/zoe/subscribe", keys["test"], {"plan": "growth", "cycle": "monthly"}, "subscribe")
        self.assertIn(bought[0], (200, 202), bought)
        self.assertTrue(bought[1]["at"].startswith("2026-01-01"), "its own clock")
        self.assertEqual(ask(f"{api}/accounts/zoe/orders/1?wait=20", keys["test"])[1]["state"], "paid")
        number = ask(f"{api}/accounts/zoe/documents", keys["test"])[1]["data"][0]["number"]
        self.assertTrue(number.startswith("TEST-CL-"), number)
        # Its own clock, which nobody else's key moves.
        self.assertEqual(ask(f"{base}/host/clock", keys["test"], {"to": "2026-02-01T00:00:00Z"})[0], 200)
        self.assertEqual(ask(f"{base}/host/clock", keys["live"], {"to": "2036-02-01T00:00:00Z"})[0], 404)
        # At the twin's own address, where its pages are, a live key is told that it is one.
        refused = ask(f"{twin}/v1/callloop/accounts/zoe", keys["live"])
        self.assertEqual(refused[0], 401)
        self.assertIn("test keys", refused[1]["detail"])
        self.ended(child)
        for mode in keys:
            self.assertEqual(run("verify", str(self.folder / mode))[0], 0)
        # Time goes on from where it was.
        child, twin, base = self.begin()
        code, now = ask(f"{base}/host/clock", keys["test"])
        self.assertEqual((code, now["virtual"]), (200, True))
        self.assertGreaterEqual(now["now"], "2026-02-01")
        self.ended(child)


class OfTheSameTree(Folder):
    def test_man_pages_and_completions(self):
        man = self.folder / "man1"
        self.assertEqual(run("man", str(man))[0], 0)
        commands = set(re.findall(r"^  ([a-z][a-z-]+)  ", run("--help")[1], re.M))
        self.assertGreater(len(commands), 30)
        self.assertEqual({page.stem for page in man.iterdir()}, {"florin"} | {f"florin-{one}" for one in commands})
        for page in man.iterdir():
            self.assertNotIn(str(CONFIG.parent), page.read_text(), "a place of this machine")
            if shutil.which("groff"):
                done = subprocess.run(["groff", "-k", "-man", "-Tutf8", "-ww", "-z", str(page)], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
        for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
            file = self.folder / shell
            self.assertEqual(run("completion", shell, "--to", str(file))[0], 0)
            if shutil.which(check[0]):
                self.assertEqual(subprocess.run([*check, str(file)]).returncode, 0)
        self.assertEqual(run("completion", "tcsh")[0], 2)

        def completed(*words):
            line = " ".join(f"'{one}'" for one in words)
            script = (f"source {self.folder}/bash; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _florin; "
                      'printf "%s\\n" "${COMPREPLY[@]}"')
            return subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout.split()

        self.assertEqual(completed("florin", "rec"), ["reconcile"])
        self.assertEqual(completed("florin", "key", "re"), ["revoke"])
        self.assertEqual(completed("florin", "serve", "--li"), ["--listen"])
        self.assertEqual(completed("florin", "key", "revoke", "--rea"), ["--reason"])
        self.assertEqual(completed("florin", "verify", "/no/such"), [])

    def test_an_upgrade_is_tried_before_it_is_made(self):
        config = self.config("florin.yaml", "data: data\npayments: sandbox\n")
        data = str(self.folder / "data")
        self.assertEqual(run("submit", data, "callloop", "zoe", '{"open_account": {"billing_country": "US"}}', "--key", "a",
                             "--as", "service", "--config", config)[0], 0)
        code, said, _ = run("upgrade", "--dry-run", data)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"journal +\d+ entries can be read, and what must hold holds")
        self.assertRegex(said, r"start +replays \d+ entries")
        self.assertEqual(run("upgrade", data)[0], 2)
        self.assertEqual(run("upgrade", "--dry-run", str(self.folder / "nothing"))[0], 3)


if __name__ == "__main__":
    unittest.main()
