/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: the pycore authors */
/* A program to be split into a stripped file and a debug file. */
__attribute__((noinline)) static int local_function(int x) { return x * 3 + 1; }

int main(int argc, char** argv) {
    (void)argv;
    return local_function(argc) & 1;
}
