/* SPDX-License-Identifier: GPL-2.0-only */
/* What instrumented code calls, by the names that LLVM's ThreadSanitizer pass gives it. */

#include "arch/sim/watch.h"

#include <stddef.h>
#include <string.h>

void (*watch_atomic)(const struct watch_access *access);
void (*watch_plain)(const struct watch_access *access);

static inline void tell(void (*whom)(const struct watch_access *access), const volatile void *at,
                        size_t size, enum watch_kind kind, int order, void *pc)
{
    if (whom == nullptr)
        return;
    const struct watch_access access = {
        .at = (uintptr_t)at,
        .pc = (uintptr_t)pc,
        .size = (uint32_t)size,
        .kind = kind,
        .order = (uint8_t)order,
    };
    whom(&access);
}

#define PC __builtin_return_address(0)
#define PLAIN(name, size, kind)                                                                    \
    void __tsan_##name(void *at);                                                                  \
    void __tsan_##name(void *at)                                                                   \
    {                                                                                              \
        tell(watch_plain, at, size, kind, 0, PC);                                                  \
    }
#define PLAINS(size)                                                                               \
    PLAIN(read##size, size, WATCH_LOAD)                                                            \
    PLAIN(write##size, size, WATCH_STORE)                                                          \
    PLAIN(unaligned_read##size, size, WATCH_LOAD)                                                  \
    PLAIN(unaligned_write##size, size, WATCH_STORE)

PLAINS(1)
PLAINS(2)
PLAINS(4)
PLAINS(8)
PLAINS(16)

#define UPDATE(bits, name)                                                                         \
    uint##bits##_t __tsan_atomic##bits##_##name(volatile uint##bits##_t *at, uint##bits##_t value, \
                                                int order);                                        \
    uint##bits##_t __tsan_atomic##bits##_##name(volatile uint##bits##_t *at, uint##bits##_t value, \
                                                int order)                                         \
    {                                                                                              \
        tell(watch_atomic, at, (bits) / 8, WATCH_UPDATE, order, PC);                               \
        return __atomic_##name(at, value, __ATOMIC_SEQ_CST);                                       \
    }
#define ATOMICS(bits)                                                                              \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *at, int order);       \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *at, int order)        \
    {                                                                                              \
        tell(watch_atomic, at, (bits) / 8, WATCH_LOAD, order, PC);                                 \
        return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                              \
    }                                                                                              \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *at, uint##bits##_t value,            \
                                     int order);                                                   \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *at, uint##bits##_t value, int order) \
    {                                                                                              \
        tell(watch_atomic, at, (bits) / 8, WATCH_STORE, order, PC);                                \
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST);                                             \
    }                                                                                              \
    uint##bits##_t __tsan_atomic##bits##_exchange(volatile uint##bits##_t *at,                     \
                                                  uint##bits##_t value, int order);                \
    uint##bits##_t __tsan_atomic##bits##_exchange(volatile uint##bits##_t *at,                     \
                                                  uint##bits##_t value, int order)                 \
    {                                                                                              \
        tell(watch_atomic, at, (bits) / 8, WATCH_UPDATE, order, PC);                               \
        return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);                                   \
    }                                                                                              \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(                                     \
        volatile uint##bits##_t *at, uint##bits##_t expected, uint##bits##_t value, int order,     \
        int otherwise);                                                                            \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(                                     \
        volatile uint##bits##_t *at, uint##bits##_t expected, uint##bits##_t value, int order,     \
        [[maybe_unused]] int otherwise)                                                            \
    {                                                                                              \
        tell(watch_atomic, at, (bits) / 8, WATCH_UPDATE, order, PC);                               \
        __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST,                 \
                                    __ATOMIC_SEQ_CST);                                             \
        return expected;                                                                           \
    }                                                                                              \
    UPDATE(bits, fetch_add)                                                                        \
    UPDATE(bits, fetch_sub)                                                                        \
    UPDATE(bits, fetch_and)                                                                        \
    UPDATE(bits, fetch_or)

ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    tell(watch_atomic, nullptr, 0, WATCH_FENCE, order, PC);
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    tell(watch_plain, from, size, WATCH_LOAD, 0, PC);
    tell(watch_plain, to, size, WATCH_STORE, 0, PC);
    return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size);
void *__tsan_memmove(void *to, const void *from, size_t size)
{
    tell(watch_plain, from, size, WATCH_LOAD, 0, PC);
    tell(watch_plain, to, size, WATCH_STORE, 0, PC);
    return memmove(to, from, size);
}

void *__tsan_memset(void *to, int value, size_t size);
void *__tsan_memset(void *to, int value, size_t size)
{
    tell(watch_plain, to, size, WATCH_STORE, 0, PC);
    return memset(to, value, size);
}

/* Fibers (fiber.c) tell the address sanitizer of their stacks, which is not there. */
void __sanitizer_start_switch_fiber(void **fake, const void *stack, size_t size);
void __sanitizer_start_switch_fiber([[maybe_unused]] void **fake,
                                    [[maybe_unused]] const void *stack,
                                    [[maybe_unused]] size_t size)
{
}

void __sanitizer_finish_switch_fiber(void *fake, const void **stack, size_t *size);
void __sanitizer_finish_switch_fiber([[maybe_unused]] void *fake,
                                     [[maybe_unused]] const void **stack,
                                     [[maybe_unused]] size_t *size)
{
}

void __asan_unpoison_memory_region(const volatile void *at, size_t size);
void __asan_unpoison_memory_region([[maybe_unused]] const volatile void *at,
                                   [[maybe_unused]] size_t size)
{
}
