# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over WebDriver by plain HTTP: no client library is needed.

    with Browser() as browser:
        browser.open(path)
        browser.run("return document.title")
        browser.click("summary"); browser.type("input", "text")
        browser.requests()            # addresses that were asked for since the last call

Raises CannotBrowse where there is no chromium and no chromedriver.
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id, W3C WebDriver
START_SECONDS = 60


class CannotBrowse(Exception):
    pass


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Browser:
    def __init__(self, scripts=True):
        self.scripts = scripts
        self.driver = None
        self.session = None

    def __enter__(self):
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        driver = shutil.which("chromedriver")
        if not chromium or not driver:
            raise CannotBrowse("chromium or chromedriver is not installed")
        self.profile = tempfile.TemporaryDirectory()
        self.port = free_port()
        self.driver = subprocess.Popen([driver, "--port=%d" % self.port], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent)
        self.wait_until_ready()
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--disable-component-update", "--no-first-run",
                     "--window-size=1400,900", "--user-data-dir=" + self.profile.name]
        preferences = {} if self.scripts else {"profile.managed_default_content_settings.javascript": 2}
        options = {"binary": chromium, "args": arguments, "prefs": preferences}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = "/session/" + made["sessionId"]
        return self

    def __exit__(self, *unused):
        try:
            if self.session:
                self.call("DELETE", self.session)
        except (OSError, urllib.error.URLError):
            pass
        finally:
            os.killpg(self.driver.pid, signal.SIGKILL)
            self.driver.wait()
            time.sleep(0.2)
            shutil.rmtree(self.profile.name, ignore_errors=True)

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                if self.call("GET", "/status")["ready"]:
                    return
            except OSError:
                time.sleep(0.1)
        raise CannotBrowse("chromedriver does not come up")

    def call(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request("http://127.0.0.1:%d%s" % (self.port, path), data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode(errors="replace")[:2000]) from error

    def open(self, path):
        self.call("POST", self.session + "/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def run(self, script):
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": []})

    def find(self, selector):
        return self.call("POST", self.session + "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", "%s/element/%s/click" % (self.session, self.find(selector)))

    def type(self, selector, text):
        element = "%s/element/%s" % (self.session, self.find(selector))
        self.call("POST", element + "/clear")
        self.call("POST", element + "/value", {"text": text})

    def text(self, selector):
        return self.call("GET", "%s/element/%s/text" % (self.session, self.find(selector)))

    def wait_for(self, script, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run("return " + script):
                return True
            time.sleep(0.05)
        return False

    def log(self, kind):
        return self.call("POST", self.session + "/se/log", {"type": kind})

    def requests(self):
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
