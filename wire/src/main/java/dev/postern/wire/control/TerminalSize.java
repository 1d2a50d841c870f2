package dev.postern.wire.control;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.json.JsonText;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;

/** SizeData, client to agent (spec/data-channel.md 4.2). Zero is what a missing member means. */
public record TerminalSize(int cols, int rows) implements JsonText {
  /** The kernel's window size fields are 16 bits wide. */
  public static final int MAX = 65_535;

  /** What is sent when the client has no terminal. */
  public static final TerminalSize WITHOUT_TERMINAL = new TerminalSize(300, 100);

  public TerminalSize {
    if (cols < 0 || cols > MAX || rows < 0 || rows > MAX) {
      throw new IllegalArgumentException("terminal size out of range");
    }
  }

  public static TerminalSize parse(ByteBuffer payload) throws MalformedMessageException {
    JsonObject json = Json.readObject(payload);
    return new TerminalSize(json.integer("cols", 0, MAX), json.integer("rows", 0, MAX));
  }

  @Override
  public String toJson() {
    return JsonObject.builder().put("cols", cols).put("rows", rows).toJson();
  }
}
