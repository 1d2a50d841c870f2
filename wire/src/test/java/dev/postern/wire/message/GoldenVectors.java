package dev.postern.wire.message;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Messages whose bytes were checked with both official codecs (spec/data-channel.md appendix A).
 */
public final class GoldenVectors {
  private static final JsonObject FILE = load();

  private GoldenVectors() {}

  /** One message and how the official receivers judge it. */
  public record Vector(JsonObject fields) {
    public String name() {
      return text("name");
    }

    public String text(String name) {
      return (String) Objects.requireNonNull(fields.value(name), name);
    }

    public long number(String name) {
      return fields.value(name) instanceof Long number ? number : 0;
    }

    public boolean flag(String name) {
      return (boolean) Objects.requireNonNull(fields.value(name), name);
    }

    public ByteBuffer bytes() {
      return ByteBuffer.wrap(HexFormat.of().parseHex(text("hex")));
    }

    public ByteBuffer payload() {
      return ByteBuffer.wrap(HexFormat.of().parseHex(text("payloadHex")));
    }

    public boolean isRoundTripVerified() {
      return ((List<?>) Objects.requireNonNull(FILE.value("roundTripVerified"))).contains(name());
    }

    @Override
    public String toString() {
      return name();
    }
  }

  public static Stream<Vector> all() {
    try {
      return FILE.objects("vectors").stream().map(Vector::new);
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  public static Vector named(String name) {
    return all().filter(vector -> vector.name().equals(name)).findFirst().orElseThrow();
  }

  private static JsonObject load() {
    try (InputStream file = GoldenVectors.class.getResourceAsStream("agent-message.json")) {
      return Json.readObject(ByteBuffer.wrap(Objects.requireNonNull(file).readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }
}
