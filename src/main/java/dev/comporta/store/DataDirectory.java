package dev.comporta.store;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The directory that belongs to this process alone: created if absent, locked while the process lives. */
@ApplicationScoped
public class DataDirectory {

    private final Path root;
    private final FileChannel lockFile;

    DataDirectory(StoreConfig config) {
        root = config.dataDir().toAbsolutePath().normalize();
        try {
            Files.createDirectories(root.getParent() == null ? root : root.getParent());
            createPrivate(root);
            lockFile = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unwritable(e);
        }
        lock();
    }

    private void lock() {
        FileLock lock = null;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException | IOException e) {
            // Held within this very process, or locks are not supported here: either way it is not ours.
        }
        if (lock == null) {
            throw new StartupFailure(
                    "The data directory %s is in use by another gateway: stop it or set GATEWAY_DATA_DIR to another one."
                            .formatted(root));
        }
    }

    /** The absolute path of {@code name} inside the directory. */
    public Path resolve(String name) {
        return root.resolve(name);
    }

    /** The absolute path of a directory inside that only its owner can enter, created if absent. */
    public Path privateDirectory(String name) {
        Path directory = root.resolve(name);
        try {
            createPrivate(directory);
        } catch (IOException e) {
            throw unwritable(e);
        }
        return directory;
    }

    /**
     * What lies here names people and opens a database. A directory that is there already is left as its owner made it.
     */
    private static void createPrivate(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        if (isPosix(directory)) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(directory);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private StartupFailure unwritable(IOException cause) {
        return new StartupFailure(
                "The data directory %s cannot be written: make it writable or set GATEWAY_DATA_DIR to another one."
                        .formatted(root),
                cause);
    }

    /** Creates a file that only the owner can read. */
    static void writePrivate(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        if (isPosix(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, content);
    }

    @PreDestroy
    void unlock() throws IOException {
        lockFile.close();
    }
}
