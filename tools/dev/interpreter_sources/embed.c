// SPDX-License-Identifier: Apache-2.0
// A program that embeds libpython and is not called python. Takes python's own command line.
//
//     cc -o victim-host embed.c -l:libpython3.13.so.1.0
int Py_BytesMain(int argc, char **argv);

int main(int argc, char **argv) {
  return Py_BytesMain(argc, argv);
}
