// SPDX-License-Identifier: Apache-2.0
// A real extension module for interpreters whose headers are at hand: calls back into Python
// through functions that the compiler inlines, and crashes on demand.
//
//     cc -g -O2 -fPIC -shared -nostdlib -I INCLUDE -o victimmodule.so victimmodule.c
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static inline __attribute__((always_inline)) PyObject *call_inlined(PyObject *callable) {
  return PyObject_CallFunctionObjArgs(callable, NULL);
}

static __attribute__((noinline)) PyObject *call_outlined(PyObject *callable) {
  PyObject *result = call_inlined(callable);
  if (result == NULL) PyErr_Clear();
  return result;
}

static PyObject *victim_call(PyObject *module, PyObject *callable) {
  PyObject *result = call_outlined(callable);
  if (result == NULL) Py_RETURN_NONE;
  return result;
}

static inline __attribute__((always_inline)) void store_inlined(volatile int *address, int value) {
  *address = value;
}

static __attribute__((noinline)) int store_outlined(volatile int *address) {
  store_inlined(address, 42);
  return *address;
}

static PyObject *victim_die(PyObject *module, PyObject *argument) {
  return PyLong_FromLong(store_outlined((volatile int *)PyLong_AsVoidPtr(argument)));
}

static PyMethodDef methods[] = {
    {"call", victim_call, METH_O, "Calls a function from C."},
    {"die", victim_die, METH_O, "Writes to an address."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "victimmodule", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_victimmodule(void) {
  return PyModuleDef_Init(&definition);
}
