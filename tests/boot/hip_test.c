/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor information page (interface specification, 6.3). */
#include "kernel/abi/boot.h"
#include "kernel/abi/console.h"
#include "kernel/abi/selector.h"
#include "tests/boot/boot_test.h"
#include "user/lib/event.h"
#include "user/lib/memory.h"

enum : uint64_t { MIB = 1 << 20 };

TEST(hip, is_the_last_page_of_the_user_address_space)
{
    const uint64_t end = (uint64_t)hip + PAGE_SIZE;
    EXPECT_EQ(0, end & (end - 1));
    EXPECT(end >= 1ull << 32 && end <= 1ull << 56);
}

TEST(hip, signature_is_nova)
{
    EXPECT_EQ(HIP_SIGNATURE, hip->signature);
}

TEST(hip, words_sum_to_zero)
{
    const uint16_t *const word = (const uint16_t *)(const void *)hip;
    uint16_t sum = 0;
    EXPECT(hip->length % 2 == 0);
    for (size_t i = 0; i < hip->length / sizeof *word; i++)
        sum = (uint16_t)(sum + word[i]);
    EXPECT_EQ(0, sum);
}

TEST(hip, has_nothing_behind_its_length)
{
    EXPECT_EQ(cpu_has_ports() ? 0x90 : 0x88, hip->length);
    const uint8_t *const byte = (const uint8_t *)hip;
    for (size_t i = hip->length; i < PAGE_SIZE; i++)
        EXPECT_EQ(0, byte[i]);
}

TEST(hip, kernel_starts_and_ends_at_2_mib)
{
    EXPECT(hip->nova_start < hip->nova_end);
    EXPECT_EQ(0, hip->nova_start % (2 * MIB));
    EXPECT_EQ(0, hip->nova_end % (2 * MIB));
}

TEST(hip, kernel_is_as_large_as_the_loader_made_it)
{
    const uint64_t size = hip->nova_end - hip->nova_start;
    EXPECT_EQ(text_number(bootinfo_root_text(&bootinfo), "nova_size", size), size);
}

TEST(hip, console_buffer_is_a_page_of_the_kernel)
{
    EXPECT_EQ(MBUF_SIZE, hip->mbuf_end - hip->mbuf_start);
    EXPECT_EQ(0, hip->mbuf_start % PAGE_SIZE);
    EXPECT(hip->mbuf_start >= hip->nova_start && hip->mbuf_end <= hip->nova_end);
}

TEST(hip, root_range_is_as_large_as_this_image)
{
    EXPECT_EQ(user_image_end - user_image_start, hip->root_end - hip->root_start);
    EXPECT_EQ(0, hip->root_start % PAGE_SIZE);
    EXPECT(hip->root_end <= hip->nova_start || hip->root_start >= hip->nova_end);
}

TEST(hip, absent_things_are_marked)
{
    EXPECT(hip->acpi_rsdp != 0);
    EXPECT(hip->uefi_map != 0);
    if (hip->uefi_map == HIP_ABSENT)
        EXPECT_EQ(0, hip->uefi_map_size | hip->uefi_desc_size | hip->uefi_desc_version);
    else
        EXPECT(hip->uefi_map_size > 0 && hip->uefi_desc_size >= 40);
}

/* The word says that the machine was started by UEFI firmware, which always has ACPI tables here. */
TEST(hip, uefi_map_is_there_after_uefi)
{
    if (!text_has_word(bootinfo_root_text(&bootinfo), "uefi"))
        return;
    EXPECT(hip->uefi_map != HIP_ABSENT && hip->acpi_rsdp != HIP_ABSENT);
    EXPECT(hip->uefi_map < hip->nova_start || hip->uefi_map >= hip->nova_end);
    EXPECT_EQ(1, hip->uefi_desc_version);
    EXPECT_EQ(0, hip->uefi_desc_size % 8);
    EXPECT_EQ(0, hip->uefi_map_size % hip->uefi_desc_size);
    EXPECT(bootinfo.memory == BOOT_SOURCE_UEFI);
}

TEST(hip, time_advances_at_a_plausible_frequency)
{
    const uint64_t before = stc_now();
    uint64_t after = before;
    for (unsigned i = 0; after == before && i < 10'000; i++)
        after = stc_now();
    EXPECT(after > before);
    EXPECT(hip->stc_frequency >= 1'000'000 && hip->stc_frequency <= 10'000'000'000);
}

TEST(hip, selector_counts_are_those_of_the_interface)
{
    const bool is_x86_64 = cpu_has_ports();
    EXPECT_EQ(SELNUM, hip->sel_num);
    EXPECT_EQ(is_x86_64 ? 32 : 64, hip->sel_hst_arch);
    EXPECT_EQ(is_x86_64 ? 256 : 64, hip->sel_gst_arch);
    EXPECT_EQ(2, hip->sel_hst_nova);
    EXPECT_EQ(is_x86_64 ? 2 : 3, hip->sel_gst_nova);
}

TEST(hip, cpus_are_as_many_as_the_machine_has)
{
    const uint64_t cpus = text_number(bootinfo_root_text(&bootinfo), "cpus", hip->cpu_num);
    EXPECT_EQ(cpus, hip->cpu_num);
    EXPECT(hip->cpu_num > 0);
    EXPECT(hip->cpu_bsp < hip->cpu_num);
}

/* Interface specification, 6.3; pages of 4 KiB, 2 MiB and 1 GiB. */
TEST(hip, orders_without_partial_failure_are_those_of_the_interface)
{
    EXPECT_EQ(9, hip->mco_obj);
    EXPECT_EQ(16, hip->mco_pio);
    EXPECT_EQ(16, hip->mco_msr);
#if defined(__aarch64__)
    EXPECT_EQ(28, hip->mco_hst);
    EXPECT_EQ(28, hip->mco_gst);
    EXPECT_EQ(27, hip->mco_dma);
#else
    EXPECT(hip->mco_hst == 9 || hip->mco_hst == 18 || hip->mco_hst == 27);
    EXPECT_EQ(9, hip->mco_gst);
    EXPECT_EQ(9, hip->mco_dma);
#endif
}

TEST(hip, features_are_known_ones)
{
    EXPECT_EQ(0, hip->ki_max); /* no machine of ours encrypts memory */
    EXPECT_EQ(0, hip->features & ~(HIP_FEATURE_SMMU | HIP_FEATURE_VMX | HIP_FEATURE_SVM));
    EXPECT((hip->features & (HIP_FEATURE_VMX | HIP_FEATURE_SVM)) !=
           (HIP_FEATURE_VMX | HIP_FEATURE_SVM));
}

static const struct tap_test tests[] = {
    TAP_TEST(hip, is_the_last_page_of_the_user_address_space),
    TAP_TEST(hip, signature_is_nova),
    TAP_TEST(hip, words_sum_to_zero),
    TAP_TEST(hip, has_nothing_behind_its_length),
    TAP_TEST(hip, kernel_starts_and_ends_at_2_mib),
    TAP_TEST(hip, kernel_is_as_large_as_the_loader_made_it),
    TAP_TEST(hip, console_buffer_is_a_page_of_the_kernel),
    TAP_TEST(hip, root_range_is_as_large_as_this_image),
    TAP_TEST(hip, absent_things_are_marked),
    TAP_TEST(hip, uefi_map_is_there_after_uefi),
    TAP_TEST(hip, time_advances_at_a_plausible_frequency),
    TAP_TEST(hip, selector_counts_are_those_of_the_interface),
    TAP_TEST(hip, cpus_are_as_many_as_the_machine_has),
    TAP_TEST(hip, orders_without_partial_failure_are_those_of_the_interface),
    TAP_TEST(hip, features_are_known_ones),
};
const struct tap_suite hip_suite = TAP_SUITE(tests);
