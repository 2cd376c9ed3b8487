package dev.comporta.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of a process as Linux counts it, in bytes: heap, buffers and all. */
record ResidentMemory(long pid) {

    static boolean isKnownHere() {
        return Files.isWritable(Path.of("/proc/self/clear_refs"));
    }

    long now() {
        return status("VmRSS:");
    }

    /** The most since {@link #forgetPeak()}. */
    long peak() {
        return status("VmHWM:");
    }

    void forgetPeak() {
        try {
            Files.writeString(Path.of("/proc", Long.toString(pid), "clear_refs"), "5");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long status(String name) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
