package dev.postern.server.store;

import java.time.Instant;
import java.util.Optional;

/** The one name that an account may have besides its number. Safe for use by many threads. */
public final class AccountAliases {
  private final Database database;

  AccountAliases(Database database) {
    this.database = database;
  }

  public Optional<String> find() {
    return database.read(handle ->
        handle.createQuery("select alias from account_alias").mapTo(String.class).findFirst());
  }

  /** Names the account, in place of the name it had; false when it is called so already. */
  public boolean replace(String alias, Instant now) {
    return database.write(handle -> {
      int same =
          handle
              .createQuery("select count(*) from account_alias where alias = :alias")
              .bind("alias", alias)
              .mapTo(Integer.class)
              .one();
      if (same > 0) {
        return false;
      }
      handle.execute("delete from account_alias");
      handle
          .createUpdate("insert into account_alias (alias, created_at) values (:alias, :now)")
          .bind("alias", alias)
          .bind("now", now.toEpochMilli())
          .execute();
      return true;
    });
  }

  /** False when the account is not called so. */
  public boolean delete(String alias) {
    return database.write(handle ->
        handle
                .createUpdate("delete from account_alias where alias = :alias")
                .bind("alias", alias)
                .execute()
            > 0);
  }
}
