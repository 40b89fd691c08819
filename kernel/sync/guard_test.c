/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What thread-safety analysis has to say of data without its lock. The compiler compares it with the comments
 * (-verify): if it says less, or more, this file does not build. Elsewhere all of it is an error.
 */
#include "kernel/base/compiler.h"
#include "kernel/sync/spinlock.h"

static struct spinlock lock;
static int value GUARDED_BY(&lock);

static void write_without_the_lock(void)
{
    value = 1; /* expected-warning {{writing variable 'value' requires holding spinlock 'lock'}} */
}

static int read_without_the_lock(void)
{
    return value; /* expected-warning {{reading variable 'value' requires holding spinlock 'lock'}} */
}

static void add(int n) REQUIRES(&lock)
{
    value += n;
}

static void call_without_the_lock(void)
{
    add(1); /* expected-warning {{calling function 'add' requires holding spinlock 'lock'}} */
}

static void keep_the_lock(void)
{
    spin_lock(&lock); /* expected-note {{acquired here}} */
} /* expected-warning {{still held at the end of function}} */

static void take_it_twice(void)
{
    spin_lock(&lock); /* expected-note {{acquired here}} */
    spin_lock(&lock); /* expected-warning {{acquiring spinlock 'lock' that is already held}} */
    spin_unlock(&lock);
}

static void as_it_should_be(void)
{
    SPIN_GUARD(&lock);
    add(value);
}

int main(void)
{
    void (*const mistakes[])(void) = {write_without_the_lock, call_without_the_lock, keep_the_lock,
                                      take_it_twice};
    (void)mistakes;
    (void)read_without_the_lock;
    as_it_should_be();
    return 0;
}
