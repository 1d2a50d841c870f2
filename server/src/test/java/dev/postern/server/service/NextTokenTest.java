package dev.postern.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import org.junit.jupiter.api.Test;

class NextTokenTest {
  private final NextToken tokens = new NextToken(new byte[32]);

  @Test
  void tokenOpensForTheQueryThatMadeIt() {
    String token = tokens.seal("DescribeX[a]", "last-é");

    assertThat(tokens.open("DescribeX[a]", token)).contains("last-é");
  }

  @Test
  void absentAndEmptyTokensAreTheFirstPage() {
    assertThat(tokens.open("q", null)).isEmpty();
    assertThat(tokens.open("q", "")).isEmpty();
  }

  @Test
  void tokenOfAnotherQueryIsRefused() {
    String token = tokens.seal("DescribeX[a]", "last");

    assertInvalid("DescribeX[b]", token);
    assertInvalid("DescribeX", token);
  }

  @Test
  void changedShortenedAndMadeUpTokensAreRefused() {
    String token = tokens.seal("q", "last");

    for (int end = 1; end < token.length(); end++) {
      assertInvalid("q", token.substring(0, end));
    }
    assertInvalid("q", (token.charAt(0) == 'A' ? "B" : "A") + token.substring(1));
    assertInvalid("q", "not base64 at all!");
    assertInvalid("q", "A".repeat(5000));
  }

  @Test
  void tokenOfAnotherKeyIsRefused() {
    byte[] other = new byte[32];
    other[0] = 1;

    assertInvalid("q", new NextToken(other).seal("q", "last"));
  }

  private void assertInvalid(String query, String token) {
    assertThatThrownBy(() -> tokens.open(query, token))
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("InvalidNextToken"));
  }
}
