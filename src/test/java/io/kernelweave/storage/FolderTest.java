package io.kernelweave.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
    @TempDir
    Path temporary;

    @Test
    void writesReadsListsAndDeletes() {
        Folder folder = Folder.of(temporary.toString());
        folder.write("a/b/c.txt", "één\n");
        folder.write("a/a.txt", "1");
        folder.write("a/a.txt", "22");
        assertThat(folder.readText("a/b/c.txt")).isEqualTo("één\n");
        assertThat(folder.size("a/a.txt")).isEqualTo(2);
        assertThat(folder.resolve("a").list()).containsExactly("a.txt", "b");
        assertThat(folder.listAll()).containsExactly("a/a.txt", "a/b/c.txt");
        assertThat(folder.resolve("none").list()).isEmpty();
        folder.delete("a");
        assertThat(folder.exists("a")).isFalse();
    }

    @Test
    void leavesTheOldFileWhereANewOneFails() {
        Folder folder = Folder.of(temporary.toString());
        folder.write("f", "old");
        assertThatThrownBy(() -> folder.write("f", out -> {
                    out.write('n');
                    throw new IOException("disk full");
                }))
                .hasStackTraceContaining("disk full");
        assertThat(folder.readText("f")).isEqualTo("old");
        assertThat(folder.list()).containsExactly("f");
    }

    @Test
    void namesWhatIsMissing() {
        Folder folder = Folder.of(temporary.toString());
        assertThatThrownBy(() -> folder.readText("none.txt"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none.txt");
        assertThatThrownBy(() -> Folder.of("nosuchscheme://x/y"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nosuchscheme");
        assertThatThrownBy(() -> Folder.of("")).isInstanceOf(InputException.class);
    }

    @Test
    void refusesAFolderThatCannotBeWritten() throws IOException {
        Files.writeString(temporary.resolve("file"), "not a folder");
        assertThatThrownBy(() -> Folder.of(temporary + "/file").requireWritable())
                .isInstanceOf(InputException.class)
                .message()
                .hasLineCount(1);
        Folder.of(temporary + "/new/folder").requireWritable();
        assertThat(temporary.resolve("new/folder")).isEmptyDirectory();
    }

    @Test
    void aQueryThatFailsIsRefusedInOneLine() {
        assertThatThrownBy(() -> Sql.query(List.of(Sql.View.ofParquet("rows", List.of())), "SELECT 1"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no complete runs");
        assertThatThrownBy(() -> Sql.query(
                        List.of(Sql.View.ofParquet("rows", List.of(temporary + "/none.parquet"))), "SELECT 1"))
                .isInstanceOf(InputException.class)
                .message()
                .hasLineCount(1);
    }
}
