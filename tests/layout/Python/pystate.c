// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
// Structures with CPython's names, for reading their layout out of DWARF: dwarf_layout_test.cpp.
typedef struct _object {
    long ob_refcnt;
    struct _typeobject* ob_type;
} PyObject;

typedef struct {
    PyObject ob_base;
    long ob_size;
} PyVarObject;

typedef struct {
    PyVarObject ob_base;
    long hash;
    char ob_sval[1];
} PyBytesObject;

typedef struct _ts {
    struct _ts* prev;
    struct _ts* next;
    struct _is* interp;
    int unknown;
    struct {
        unsigned initialized : 1;
        unsigned bound : 1;
    } _status;
    unsigned long thread_id;
} PyThreadState;

struct pyruntimestate {
    int preinitialized;
    struct {
        void* mutex;
        struct _is* head;
    } interpreters;
    struct {
        int interval;
        struct {
            unsigned long interval;
            void* last_holder;
        } gil;
    } ceval;
};

PyThreadState* pycore_test_thread;
struct pyruntimestate pycore_test_runtime;
PyBytesObject* pycore_test_bytes;
