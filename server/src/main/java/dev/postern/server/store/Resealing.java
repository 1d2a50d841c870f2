package dev.postern.server.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Everything in the database that lies under the master key, and how it gets under another one.
 * Only for a database that nobody else has open.
 */
public final class Resealing {
  /** What {@link MasterKey#seal} was called for; whoever seals something more adds it here. */
  private static final List<Sealed> SEALED =
      List.of(
          new Sealed("access_key", "access_key_id", "secret", "access key "),
          new Sealed("mfa_device", "serial_number", "seed", "mfa device "));

  private Resealing() {}

  /**
   * A column of sealed secrets.
   *
   * @param context what the secret is sealed for: this, then the row's id
   */
  private record Sealed(String table, String id, String column, String context) {}

  /** Whether this key is the one in force. The mark changes in the same transaction as the rest. */
  public static boolean isInForce(Path file, MasterKey key) {
    try (Database database = Database.open(file)) {
      return database.read(FirstStart::mark).map(mark -> opens(mark, key)).orElse(false);
    }
  }

  private static boolean opens(byte[] mark, MasterKey key) {
    try {
      FirstStart.check(mark, key);
      return true;
    } catch (StoreException otherKey) {
      return false;
    }
  }

  /**
   * Puts everything under another key, in one transaction: all of it, or nothing when something
   * does not open.
   *
   * @param beforeCommit runs when everything is written and nothing is committed
   * @return how many secrets there were
   */
  public static int run(Path file, MasterKey from, MasterKey to, Runnable beforeCommit) {
    try (Database database = Database.open(file)) {
      return database.write(handle -> {
        byte[] mark =
            FirstStart.mark(handle)
                .orElseThrow(() -> new StoreException(file + " has never been started with"));
        FirstStart.check(mark, from);
        FirstStart.replaceMark(handle, to);
        int count = SEALED.stream().mapToInt(each -> reseal(handle, each, from, to)).sum();
        beforeCommit.run();
        return count;
      });
    }
  }

  private static int reseal(Handle handle, Sealed sealed, MasterKey from, MasterKey to) {
    List<Map.Entry<String, byte[]>> rows =
        handle
            .createQuery(
                "select %s, %s from %s".formatted(sealed.id(), sealed.column(), sealed.table()))
            .map((row, context) -> Map.entry(row.getString(1), row.getBytes(2)))
            .list();
    for (Map.Entry<String, byte[]> row : rows) {
      String context = sealed.context() + row.getKey();
      handle
          .createUpdate(
              "update %s set %s = :secret where %s = :id"
                  .formatted(sealed.table(), sealed.column(), sealed.id()))
          .bind("secret", to.seal(from.open(row.getValue(), context), context))
          .bind("id", row.getKey())
          .execute();
    }
    return rows.size();
  }
}
