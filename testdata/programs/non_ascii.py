# SPDX-License-Identifier: Apache-2.0
"""Names that are not ASCII: files, functions, classes, locals in Latin-1, CJK and astral letters."""
import os
import threading

import truth

FILE_NAME = "файл-文件-𐍈é.py"
SOURCE = '''
import time


class Größe:
    class 内部类:
        def größer_als(self, täller):
            naïve = "é"
            return self.方法(täller, naïve)

        def 方法(self, teller, 参数):
            变量 = 参数 + "文"; return 𐍈𐌰𐌹𐍂𐌺𐌰𐌽(teller, "日本語の長い文字列", 変数=变量)


def 𐍈𐌰𐌹𐍂𐌺𐌰𐌽(teller, text, 変数):
    𐌰 = [text, 変数]; "日本語"; übrig = "ß"; hang_é(teller)


def hang_é(teller):
    for step in teller.then(time.sleep, 1e6): "文字"; step()
'''


def load(folder):
    path = os.path.join(folder, FILE_NAME)
    with open(path, "w", encoding="utf-8") as output:
        output.write(SOURCE)
    scope = {"__name__": "größe"}
    exec(compile(SOURCE, path, "exec"), scope)
    return scope


def main():
    options = truth.arguments()
    teller = truth.Teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    scope = load(options.folder)
    threading.Thread(target=scope["Größe"].内部类().größer_als, args=(teller,), name="größer").start()


if __name__ == "__main__":
    main()
