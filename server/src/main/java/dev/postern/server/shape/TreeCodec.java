package dev.postern.server.shape;

import dev.postern.server.service.Codec;
import java.util.Map;

/**
 * Leaves trees as they are, for operations that the AWS SDK has no classes for: those that only
 * agents call. The operation itself checks types. Immutable.
 */
public final class TreeCodec implements Codec<Map<String, Object>, Map<String, Object>> {
  private static final TreeCodec CODEC = new TreeCodec();

  private TreeCodec() {}

  public static TreeCodec of() {
    return CODEC;
  }

  @Override
  public Map<String, Object> read(Map<String, Object> tree) {
    return tree;
  }

  @Override
  public Map<String, Object> write(Map<String, Object> output) {
    return output;
  }
}
