// SPDX-License-Identifier: Apache-2.0
// Bugs of a real extension module, built with each interpreter's own headers.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NOINLINE __attribute__((noinline))

// Gives away a reference that it does not own.
static PyObject *take_first(PyObject *self, PyObject *list) {
  (void)self;
  PyObject *item = PyList_GetItem(list, 0);
  if (item == NULL) return NULL;
  Py_DECREF(item);
  Py_DECREF(item);
  Py_RETURN_NONE;
}

static NOINLINE long add_all(PyObject *sequence) {
  long sum = 0;
  for (Py_ssize_t i = 0; i < 3; ++i) {
    PyObject *item = PySequence_GetItem(sequence, i);
    PyObject *text = PyObject_GetAttrString(item, "weight");  // NULL is not looked at
    sum += PyLong_AsLong(text);
    Py_DECREF(text);
    Py_DECREF(item);
  }
  return sum;
}

static PyObject *weigh(PyObject *self, PyObject *sequence) {
  (void)self;
  return PyLong_FromLong(add_all(sequence));
}

// Calls the interpreter without the GIL.
static PyObject *collect(PyObject *self, PyObject *unused) {
  (void)self;
  (void)unused;
  PyThreadState *saved = PyEval_SaveThread();
  PyErr_SetString(PyExc_ValueError, "no thread state here");
  PyEval_RestoreThread(saved);
  Py_RETURN_NONE;
}

typedef struct {
  PyObject_HEAD
  long *data;
} Buffer;

static NOINLINE void release_data(Buffer *buffer) { *(volatile long *)buffer->data = 0; }

static void buffer_dealloc(PyObject *self) {
  release_data((Buffer *)self);
  PyTypeObject *type = Py_TYPE(self);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyType_Slot buffer_slots[] = {{Py_tp_dealloc, (void *)buffer_dealloc}, {0, NULL}};
static PyType_Spec buffer_spec = {"corpusmodule.Buffer", sizeof(Buffer), 0, Py_TPFLAGS_DEFAULT, buffer_slots};

static PyMethodDef methods[] = {{"take_first", take_first, METH_O, ""},
                                {"weigh", weigh, METH_O, ""},
                                {"collect", collect, METH_NOARGS, ""},
                                {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "corpusmodule", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_corpusmodule(void) {
  PyObject *made = PyModule_Create(&module);
  if (made == NULL) return NULL;
  PyModule_AddObject(made, "Buffer", PyType_FromSpec(&buffer_spec));
  return made;
}
