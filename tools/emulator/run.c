/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs an emulator as a test: shows its console, judges what it says, ends it in bounded time.
 *
 *   run [--timeout SECONDS] [--expect REGEX]... [--refuse REGEX]...
 *       [--when REGEX --type TEXT | --when REGEX --press TEXT]... [--copy FILE]...
 *       -- PROGRAM ARGUMENT...
 *
 * The console is the program's standard output. Without --expect it must be a complete TAP report
 * and the program must end by itself, with status 0 or 1 (QEMU's debug exit of value 0). With
 * --expect, lines must match the extended regular expressions in order; when the last one was seen
 * the program is ended. A line that matches a --refuse is a failure, whatever else there is. When a line matches the first --when, the first --type is typed as a line,
 * and so on: the program is QEMU then, with its monitor behind the console (mon:stdio). --press
 * instead of --type is for what runs in the emulator: it gets the text as it is. --copy makes
 * a writable copy of FILE in $TEST_TMPDIR and gives its name to the program wherever FILE stands in
 * an argument.
 */
#include "tools/emulator/tap.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIST_MAX = 32, LINE_SIZE = 1024, DEFAULT_TIMEOUT = 60, PATIENCE = 3 };

struct list {
    const char *items[LIST_MAX];
    size_t count;
};

struct options {
    long timeout;
    struct list expect, refuse, when, type, copy;
    bool is_pressed[LIST_MAX]; /* of those to type */
    char **command;
};

struct console {
    struct tap tap;
    regex_t expect[LIST_MAX];
    size_t expected, matched;
    regex_t refuse[LIST_MAX];
    const char *refused; /* the first that a line matched; or nullptr */
    regex_t when[LIST_MAX];
    const struct options *options;
    size_t typed;
    bool is_monitor; /* what is typed goes there */
    int keyboard;
    char line[LINE_SIZE];
    size_t length;
};

[[noreturn]] [[gnu::format(printf, 1, 2)]] static void die(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("run: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(2);
}

static void add(struct list *list, const char *item)
{
    if (list->count == LIST_MAX) {
        die("at most %d of each option: %s", LIST_MAX, item);
    }
    list->items[list->count++] = item;
}

static struct options parse(int argc, char **argv)
{
    struct options options = {.timeout = DEFAULT_TIMEOUT};
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--") == 0) {
            options.command = argv + i + 1;
            break;
        }
        if (i + 1 == argc) {
            die("%s needs a value", argv[i]);
        }
        if (strcmp(argv[i], "--timeout") == 0) {
            options.timeout = strtol(argv[i + 1], nullptr, 10);
        } else if (strcmp(argv[i], "--expect") == 0) {
            add(&options.expect, argv[i + 1]);
        } else if (strcmp(argv[i], "--refuse") == 0) {
            add(&options.refuse, argv[i + 1]);
        } else if (strcmp(argv[i], "--when") == 0) {
            add(&options.when, argv[i + 1]);
        } else if (strcmp(argv[i], "--type") == 0) {
            add(&options.type, argv[i + 1]);
        } else if (strcmp(argv[i], "--press") == 0) {
            add(&options.type, argv[i + 1]);
            options.is_pressed[options.type.count - 1] = true;
        } else if (strcmp(argv[i], "--copy") == 0) {
            add(&options.copy, argv[i + 1]);
        } else {
            die("unknown option %s", argv[i]);
        }
    }
    if (options.command == nullptr || *options.command == nullptr || options.timeout <= 0 ||
        options.when.count != options.type.count) {
        die("usage: run [--timeout SECONDS] [--expect REGEX]... [--refuse REGEX]... "
            "[--when REGEX --type TEXT]... [--when REGEX --press TEXT]... [--copy FILE]... -- "
            "PROGRAM ARGUMENT...");
    }
    return options;
}

static char *format(const char *text, ...)
{
    char *out = nullptr;
    va_list list;
    va_start(list, text);
    if (vasprintf(&out, text, list) < 0) {
        die("out of memory");
    }
    va_end(list);
    return out;
}

static void copy_file(const char *from, const char *to)
{
    char buffer[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0) {
        die("cannot copy %s to %s: %s", from, to, strerror(errno));
    }
    ssize_t length;
    while ((length = read(in, buffer, sizeof(buffer))) > 0) {
        if (write(out, buffer, (size_t)length) != length) {
            die("cannot write %s: %s", to, strerror(errno));
        }
    }
    close(in);
    close(out);
}

/* Copies one file and puts the copy's name into the command, wherever the file's name stands. */
static void make_writable(const char *file, size_t index, char **command)
{
    const char *folder = getenv("TEST_TMPDIR");
    const char *copy = format("%s/copy%zu", folder != nullptr ? folder : "/tmp", index);
    copy_file(file, copy);
    for (char **argument = command; *argument != nullptr; argument++) {
        char *found = strstr(*argument, file);
        if (found != nullptr) {
            *argument =
                format("%.*s%s%s", (int)(found - *argument), *argument, copy, found + strlen(file));
        }
    }
}

/* Starts the program in a process group of its own, which dies with us; returns its console and keyboard. */
static pid_t start(char **command, int *console, int *keyboard)
{
    int pipes[2], keys[2];
    if (pipe(pipes) != 0 || pipe(keys) != 0) {
        die("no pipe: %s", strerror(errno));
    }
    pid_t child = fork();
    if (child < 0) {
        die("no process: %s", strerror(errno));
    }
    if (child == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(keys[0], STDIN_FILENO);
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        close(keys[0]);
        close(keys[1]);
        execv(command[0], command);
        die("cannot start %s: %s", command[0], strerror(errno));
    }
    close(pipes[1]);
    close(keys[0]);
    *console = pipes[0];
    *keyboard = keys[1];
    return child;
}

/* Ctrl-A, C leads from the console to the monitor and back. */
static void type(struct console *console)
{
    const bool is_monitor = !console->options->is_pressed[console->typed];
    const char *text = format("%s%s%s", is_monitor != console->is_monitor ? "\001c" : "",
                              console->options->type.items[console->typed], is_monitor ? "\n" : "");
    console->typed++;
    console->is_monitor = is_monitor;
    if (write(console->keyboard, text, strlen(text)) < 0) {
        die("cannot type: %s", strerror(errno));
    }
}

static void end_line(struct console *console)
{
    console->line[console->length] = '\0';
    console->length = 0;
    tap_line(&console->tap, console->line);
    if (console->matched < console->expected &&
        regexec(&console->expect[console->matched], console->line, 0, nullptr, 0) == 0) {
        console->matched++;
    }
    for (size_t i = 0; i < console->options->refuse.count && console->refused == nullptr; i++) {
        if (regexec(&console->refuse[i], console->line, 0, nullptr, 0) == 0) {
            console->refused = console->options->refuse.items[i];
        }
    }
    if (console->typed < console->options->type.count &&
        regexec(&console->when[console->typed], console->line, 0, nullptr, 0) == 0) {
        type(console);
    }
}

static void hear(struct console *console, const char *text, size_t length)
{
    fwrite(text, 1, length, stdout);
    fflush(stdout);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            end_line(console);
        } else if (text[i] != '\r' && text[i] != '\0' && console->length + 1 < LINE_SIZE) {
            console->line[console->length++] = text[i];
        }
    }
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool saw_all(const struct console *console)
{
    return console->expected > 0 && console->matched == console->expected;
}

/* Listens until the program closes its console, all expected lines were seen, or time is up (false). */
static bool listen_to(int fd, struct console *console, long timeout)
{
    long deadline = now_ms() + timeout * 1000;
    while (!saw_all(console)) {
        long left = deadline - now_ms();
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&poller, 1, (int)left) == 0) {
            return false;
        }
        char buffer[4096];
        ssize_t length = read(fd, buffer, sizeof(buffer));
        if (length <= 0) {
            break;
        }
        hear(console, buffer, (size_t)length);
    }
    if (console->length > 0) {
        end_line(console);
    }
    return true;
}

/* Asks the program's group to end, insists after a while, and returns the wait status. */
static int finish(pid_t child, bool ask)
{
    int status = 0;
    if (ask) {
        kill(-child, SIGTERM);
    }
    for (int i = 0; i < PATIENCE * 100; i++) {
        if (waitpid(child, &status, WNOHANG) == child) {
            return status;
        }
        nanosleep(&(struct timespec){.tv_nsec = 10'000'000}, nullptr);
    }
    kill(-child, SIGKILL);
    waitpid(child, &status, 0);
    return status;
}

static void compile(regex_t *regex, const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (regcomp(&regex[i], list->items[i], REG_EXTENDED | REG_NOSUB) != 0) {
            die("not a regular expression: %s", list->items[i]);
        }
    }
}

static int fail(const char *what, const char *detail)
{
    printf("\nrun: FAILED: %s%s\n", what, detail);
    return 1;
}

int main(int argc, char **argv)
{
    static struct console console;
    signal(SIGPIPE, SIG_IGN); /* a program may end before it reads what is typed */
    struct options options = parse(argc, argv);
    compile(console.expect, &options.expect);
    compile(console.refuse, &options.refuse);
    compile(console.when, &options.when);
    console.expected = options.expect.count;
    console.options = &options;
    for (size_t i = 0; i < options.copy.count; i++) {
        make_writable(options.copy.items[i], i, options.command);
    }
    int fd;
    pid_t child = start(options.command, &fd, &console.keyboard);
    if (options.when.count == 0) {
        close(console.keyboard);
    }
    bool in_time = listen_to(fd, &console, options.timeout);
    int status = finish(child, !in_time || saw_all(&console));

    if (console.refused != nullptr) {
        return fail("a line matched: ", console.refused);
    }
    if (console.expected > 0) {
        return saw_all(&console) ? 0
                                 : fail("no line matched: ", options.expect.items[console.matched]);
    }
    if (!in_time) {
        return fail("time is up: ", options.command[0]);
    }
    if (!tap_finish(&console.tap)) {
        return fail(console.tap.reason, "");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        return fail("the emulator ended with an error", "");
    }
    return 0;
}
