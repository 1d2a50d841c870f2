package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {
  private static final byte[] SECRET = "a secret".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;
  private Path file;
  private MasterKey key;

  @BeforeEach
  void setUp() throws Exception {
    file = directory.resolve("master.key");
    key = MasterKey.create(file, TestStore.RANDOM);
  }

  @Test
  void fileIsForItsOwnerAndOpensWhatWasSealed() throws Exception {
    byte[] sealed = key.seal(SECRET, "context");

    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(MasterKey.read(file, TestStore.RANDOM).open(sealed, "context")).isEqualTo(SECRET);
    assertThat(MasterKey.parse(Files.readString(file), TestStore.RANDOM).open(sealed, "context"))
        .isEqualTo(SECRET);
  }

  @Test
  void twoSealsOfOneSecretDiffer() {
    assertThat(key.seal(SECRET, "context")).isNotEqualTo(key.seal(SECRET, "context"));
  }

  @Test
  void eachChangedByteIsNoticed() {
    byte[] sealed = key.seal(SECRET, "context");
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> key.open(changed, "context")).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void everyTruncationIsNoticed() {
    byte[] sealed = key.seal(SECRET, "context");
    for (int length = 0; length < sealed.length; length++) {
      byte[] shorter = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> key.open(shorter, "context")).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void otherContextAndOtherKeyDoNotOpen() throws Exception {
    byte[] sealed = key.seal(SECRET, "context");
    MasterKey other = MasterKey.create(directory.resolve("other"), TestStore.RANDOM);

    assertThatThrownBy(() -> key.open(sealed, "other"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> other.open(sealed, "context"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("not the one");
  }

  @Test
  void fileThatOthersCanReadIsRefused() throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThatThrownBy(() -> MasterKey.read(file, TestStore.RANDOM))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("can be read by others");
  }

  @Test
  void malformedKeysAreRefusedWithoutTellingThem() throws Exception {
    Files.writeString(file, "c2hvcnQ=");

    assertThatThrownBy(() -> MasterKey.read(file, TestStore.RANDOM))
        .isInstanceOf(StoreException.class)
        .hasMessageNotContaining("c2hvcnQ");
    assertThatThrownBy(() -> MasterKey.parse("not base64!", TestStore.RANDOM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the master key is not base64 of 32 bytes");
    assertThat(key.toString()).isEqualTo("MasterKey[]");
  }
}
