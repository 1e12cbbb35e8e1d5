#!/usr/bin/env python3
"""Looks at reports as people do, in headless Chromium: see browser_test.sh.

  look_at_pages.py CHROMIUM AXE.JS PAGE...

Of each page, at the widths of a phone, a tablet and a desktop, light and dark,
with and without JavaScript: axe-core finds nothing against the rules of
accessibility; nothing needs scrolling sideways; no heading that a link leads to
is behind the bar. And on paper nothing is cut off, what serves a screen only is
not there, all else is, and links say where they lead.

Exit code: 0 nothing found, 1 findings.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

WIDTHS = [360, 400, 1280]
PAPER = 718  # CSS pixels between the margins of A4


class Browser:
    """Chromium by its debugging protocol, on pipes."""

    def __init__(self, program, profile):
        there, out = os.pipe()
        back, answers = os.pipe()

        def plumb():
            # As file descriptors 3 and 4, which may be in use by the pipes.
            read, write = os.dup(there), os.dup(answers)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, '--headless', '--no-sandbox', '--disable-gpu',
             '--disable-dev-shm-usage', '--hide-scrollbars',
             '--remote-debugging-pipe', '--user-data-dir=' + profile,
             'about:blank'],
            preexec_fn=plumb, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(answers)
        self.requests = os.fdopen(out, 'wb', buffering=0)
        self.answers = os.fdopen(back, 'rb')
        self.id = 0
        self.session = None
        self.rest = b''
        targets = self.call('Target.getTargets')['targetInfos']
        page = next(t for t in targets if t['type'] == 'page')
        self.session = self.call('Target.attachToTarget',
                                 targetId=page['targetId'], flatten=True)['sessionId']
        self.call('Page.enable')

    def next_message(self):
        while b'\0' not in self.rest:
            read = self.answers.read1(1 << 16)
            if not read:
                raise SystemExit('look_at_pages: the browser ended')
            self.rest += read
        message, self.rest = self.rest.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, **params):
        self.id += 1
        request = {'id': self.id, 'method': method, 'params': params}
        if self.session:
            request['sessionId'] = self.session
        self.requests.write(json.dumps(request).encode() + b'\0')
        while True:
            message = self.next_message()
            if message.get('id') == self.id:
                if 'error' in message:
                    raise SystemExit('look_at_pages: %s: %s' % (method, message['error']))
                return message['result']

    def open(self, url):
        self.call('Page.navigate', url=url)
        while self.next_message().get('method') != 'Page.loadEventFired':
            pass

    def evaluate(self, expression):
        result = self.call('Runtime.evaluate', expression=expression,
                           awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in result:
            raise SystemExit('look_at_pages: %s: %s' % (
                expression[:200], result['exceptionDetails']))
        return result['result'].get('value')


# What is wider than the page, in short; areas that scroll by themselves are not.
TOO_WIDE = '''(() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
      (e) => e.getBoundingClientRect().right > root.clientWidth + 1);
  return [root.scrollWidth + " pixels"].concat(
      wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 100)));
})()'''

# Links within the page whose goal is behind the bar then.
HIDDEN = '''(async () => {
  const hidden = [];
  const bar = document.querySelector(".tools");
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    location.hash = link.getAttribute("href");
    await new Promise((done) => setTimeout(done, 0));
    const goal = document.getElementById(location.hash.slice(1));
    if (!goal) { hidden.push(location.hash + " leads nowhere"); continue; }
    const top = goal.getBoundingClientRect().top;
    const style = getComputedStyle(bar);
    const stays = style.position === "sticky" && style.display !== "none";
    if (stays && top < bar.getBoundingClientRect().bottom) {
      hidden.push(location.hash + " is at " + top);
    }
  }
  location.hash = "";
  window.scrollTo(0, 0);
  return hidden;
})()'''

# What is wrong on paper: what is printed though it serves a screen, what is
# missing, areas of which only the part that is in sight would be printed.
PRINTED = '''(() => {
  const wrong = [];
  const shown = (e) => e.getClientRects().length > 0;
  const name = (e) => e.outerHTML.slice(0, 80);
  const screen_only = document.querySelectorAll(".tools, nav");
  if (screen_only.length < 2) wrong.push("there is no bar and no table of contents");
  for (const e of screen_only) if (shown(e)) wrong.push(name(e) + " is printed");
  for (const e of document.querySelectorAll("body *")) {
    const style = getComputedStyle(e);
    if (["fixed", "sticky"].includes(style.position) && shown(e)) {
      wrong.push(name(e) + " is " + style.position);
    }
    if (shown(e) && /auto|scroll/.test(style.overflow)) {
      wrong.push(name(e) + " scrolls");
    }
  }
  const headings = document.querySelectorAll("h1, h2, section.card");
  if (headings.length < 4) wrong.push("there are no headings");
  for (const e of headings) if (!shown(e)) wrong.push(name(e) + " is not printed");
  for (const e of document.querySelectorAll("details > :not(summary)")) {
    if (!e.checkVisibility()) wrong.push(name(e) + " is folded");
  }
  for (const e of document.querySelectorAll("a[rel]")) {
    const behind = getComputedStyle(e, "::after").content;
    if (shown(e) && !e.closest(".about") && !behind.includes(e.getAttribute("href"))) {
      wrong.push(name(e) + " does not say where it leads: " + behind);
    }
  }
  return wrong.slice(0, 10);
})()'''

AXE = '''axe.run(document).then((found) => found.violations.map(
  (rule) => rule.id + ": " + rule.help + ": " +
      rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")))'''

# Everything is shown to axe, as a reader opens it.
OPEN_ALL = 'for (const d of document.querySelectorAll("details")) d.open = true;'


def main():
    program, axe_file, *pages = sys.argv[1:]
    with open(axe_file, encoding='utf-8') as file:
        axe = file.read()
    findings = looked = 0

    def tell(where, found):
        nonlocal findings, looked
        looked += 1
        for one in found:
            findings += 1
            print('look_at_pages: %s: %s' % (where, one))

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        for page in pages:
            # Where scripts are off, nor would axe-core run: the page without its own.
            with open(page, encoding='utf-8') as file:
                text = file.read()
            plain = os.path.join(profile, 'plain.html')
            with open(plain, 'w', encoding='utf-8') as file:
                file.write(re.sub('<script>.*?</script>', '', text, flags=re.S))
            for script in True, False:
                url = 'file://' + (os.path.abspath(page) if script else plain)
                for width in WIDTHS:
                    browser.call('Emulation.setDeviceMetricsOverride', width=width,
                                 height=800, deviceScaleFactor=1, mobile=width < 500)
                    for scheme in 'light', 'dark':
                        where = '%s, %d, %s%s' % (os.path.basename(page), width, scheme,
                                                  '' if script else ', no JavaScript')
                        browser.call('Emulation.setEmulatedMedia', media='', features=[
                            {'name': 'prefers-color-scheme', 'value': scheme}])
                        browser.open(url)
                        browser.evaluate(OPEN_ALL)
                        tell(where, browser.evaluate(TOO_WIDE))
                        if scheme == 'light' and script:
                            tell(where, browser.evaluate(HIDDEN))
                        browser.evaluate(axe + ';0')
                        tell(where, browser.evaluate(AXE))
            browser.call('Emulation.setEmulatedMedia', media='print')
            browser.call('Emulation.setDeviceMetricsOverride', width=PAPER, height=1000,
                         deviceScaleFactor=1, mobile=False)
            # As it opens, without a script that unfolds it.
            browser.open('file://' + plain)
            where = os.path.basename(page) + ', on paper'
            tell(where, browser.evaluate(TOO_WIDE))
            tell(where, browser.evaluate(PRINTED))
            # As a whole, as a person would print it.
            pdf = base64.b64decode(browser.call('Page.printToPDF')['data'])
            tell(where, [] if pdf.startswith(b'%PDF-') and len(pdf) > 10000 else
                 ['it does not print: %d bytes' % len(pdf)])
        browser.call('Browser.close')
        browser.process.wait()
    print('look_at_pages: %d looks at %d pages, %d findings' % (looked, len(pages), findings))
    return 1 if findings else 0


sys.exit(main())
