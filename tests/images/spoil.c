/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes a bad root image from a good one: spoil KIND IN OUT.
 *
 * IN is an ELF file of two segments (user/lib/user.ld). Each kind breaks one rule and no other.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum : size_t { FILE_MAX = 1 << 22, PAGE = 4096, MANY = 33 };
enum : uint64_t { HIP_X86_64 = 0x7fff'ffff'f000, HIP_AARCH64 = 0xff'ffff'f000 };

static alignas(Elf64_Ehdr) unsigned char file[FILE_MAX];
static size_t size;

static Elf64_Ehdr *const header = (Elf64_Ehdr *)file;

static Elf64_Phdr *segment(unsigned i)
{
    return (Elf64_Phdr *)(void *)(file + header->e_phoff) + i;
}

static void not_elf(void)
{
    file[0] ^= 1;
}

static void short_file(void)
{
    size = sizeof(Elf64_Ehdr) - 1;
}

static void class_32(void)
{
    header->e_ident[EI_CLASS] = ELFCLASS32;
}

static void big_endian(void)
{
    header->e_ident[EI_DATA] = ELFDATA2MSB;
}

static void other_machine(void)
{
    header->e_machine = header->e_machine == EM_X86_64 ? EM_AARCH64 : EM_X86_64;
}

static void pie(void)
{
    header->e_type = ET_DYN;
}

static void header_size(void)
{
    header->e_phentsize = sizeof(Elf64_Phdr) + 8;
}

static void headers_outside(void)
{
    header->e_phoff = size - sizeof(Elf64_Phdr);
}

static void no_segment(void)
{
    header->e_phnum = 0;
}

static void nothing_to_load(void)
{
    for (unsigned i = 0; i < header->e_phnum; i++)
        segment(i)->p_type = PT_NOTE;
}

static void bss(void)
{
    segment(1)->p_memsz += PAGE;
}

static void cut(void)
{
    size = segment(1)->p_offset + segment(1)->p_filesz - 1;
}

static void offset_outside(void)
{
    segment(1)->p_offset = UINT64_MAX - PAGE + 1;
}

static void misaligned(void)
{
    segment(1)->p_vaddr += 16;
}

static void overlap(void)
{
    segment(1)->p_vaddr = segment(0)->p_vaddr;
}

static void out_of_range(void)
{
    segment(1)->p_vaddr = UINT64_C(1) << 47;
}

static void wrapping(void)
{
    segment(1)->p_vaddr = UINT64_MAX - PAGE + 1;
}

static void over_utcb(void)
{
    segment(1)->p_vaddr = (header->e_machine == EM_X86_64 ? HIP_X86_64 : HIP_AARCH64) - PAGE;
}

static void many_segments(void)
{
    const Elf64_Phdr model = *segment(0);
    size = (size + PAGE - 1) / PAGE * PAGE;
    header->e_phoff = size;
    header->e_phnum = MANY;
    for (unsigned i = 0; i < MANY; i++) {
        *segment(i) = model;
        segment(i)->p_offset = 0;
        segment(i)->p_vaddr = header->e_entry / PAGE * PAGE + i * PAGE;
        segment(i)->p_filesz = segment(i)->p_memsz = PAGE;
    }
    size += MANY * sizeof(Elf64_Phdr);
}

static void entry_outside(void)
{
    header->e_entry = PAGE;
}

static void entry_in_data(void)
{
    header->e_entry = segment(1)->p_vaddr;
}

#define KIND(name) {#name, name}
static const struct {
    const char *name;
    void (*spoil)(void);
} kinds[] = {
    KIND(not_elf),
    KIND(short_file),
    KIND(class_32),
    KIND(big_endian),
    KIND(other_machine),
    KIND(pie),
    KIND(header_size),
    KIND(headers_outside),
    KIND(no_segment),
    KIND(nothing_to_load),
    KIND(bss),
    KIND(cut),
    KIND(offset_outside),
    KIND(misaligned),
    KIND(overlap),
    KIND(out_of_range),
    KIND(wrapping),
    KIND(over_utcb),
    KIND(many_segments),
    KIND(entry_outside),
    KIND(entry_in_data),
};

static void die(const char *what, const char *detail)
{
    fprintf(stderr, "spoil: %s: %s\n", what, detail);
    exit(1);
}

static void read_file(const char *name)
{
    FILE *const in = fopen(name, "rb");
    if (in == nullptr)
        die("cannot read", name);
    size = fread(file, 1, FILE_MAX / 2, in);
    fclose(in);
    if (size < sizeof *header || memcmp(file, ELFMAG, SELFMAG) != 0 || header->e_phnum != 2)
        die("not an ELF file of two segments", name);
}

static void write_file(const char *name)
{
    FILE *const out = fopen(name, "wb");
    if (out == nullptr || fwrite(file, 1, size, out) != size || fclose(out) != 0)
        die("cannot write", name);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage", "spoil KIND IN OUT");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, argv[1]) == 0) {
            read_file(argv[2]);
            kinds[i].spoil();
            write_file(argv[3]);
            return 0;
        }
    }
    die("no such kind", argv[1]);
}
