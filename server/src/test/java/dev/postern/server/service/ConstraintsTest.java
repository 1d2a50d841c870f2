package dev.postern.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.util.DefaultSdkAutoConstructList;

final class ConstraintsTest {
  @Test
  void whatIsRightPasses() {
    Constraints.of()
        .member("target", "i-0abc")
        .required()
        .length(1, 400)
        .pattern(Pattern.compile("i-.*"))
        .member("maxResults", 50)
        .range(1, 50)
        .member("filters", List.of("a"))
        .length(1, 6)
        .member("tags", Map.of("a", "b"))
        .length(1, 1)
        .member("state", "Active")
        .oneOf(List.of("Active", "History"))
        .verify();
  }

  @Test
  void absentMembersPassEverythingButRequired() {
    Constraints.of()
        .member("reason", null)
        .length(1, 2)
        .pattern(Pattern.compile("x"))
        .oneOf(List.of())
        .range(5, 6)
        .verify();
  }

  @Test
  void everythingWrongIsToldAtOnceInAwsWords() {
    Fault fault =
        refusal(
            Constraints.of()
                .member("target", null)
                .required()
                .member("maxResults", 0)
                .range(1, 200)
                .member("state", "Old")
                .oneOf(List.of("Active", "History")));

    assertThat(fault.code()).isEqualTo("ValidationException");
    assertThat(fault.httpStatus()).isEqualTo(400);
    assertThat(fault.message())
        .isEqualTo(
            "3 validation errors detected: Value null at 'target' failed to satisfy constraint:"
                + " Member must not be null; Value '0' at 'maxResults' failed to satisfy"
                + " constraint: Member must have value greater than or equal to 1; Value 'Old' at"
                + " 'state' failed to satisfy constraint: Member must satisfy enum value set:"
                + " [Active, History]");
  }

  @Test
  void oneViolationIsNamedInTheSingular() {
    Fault fault = refusal(Constraints.of().member("sessionId", "x".repeat(97)).length(1, 96));

    assertThat(fault.message())
        .startsWith("1 validation error detected: Value 'xxx")
        .endsWith(
            "at 'sessionId' failed to satisfy constraint: Member must have length less than or"
                + " equal to 96");
  }

  @Test
  void secretsAreNeverRepeated() {
    Fault fault =
        refusal(Constraints.of().secret("activationCode", "hunter2").required().length(20, 250));

    assertThat(fault.message()).doesNotContain("hunter2").contains("Value at 'activationCode'");
  }

  @Test
  void longValuesAreCutInTheMessage() {
    Fault fault = refusal(Constraints.of().member("reason", "x".repeat(100_000)).length(1, 256));

    assertThat(fault.message()).hasSizeLessThan(Constraints.ECHO_CHARACTERS_MAX + 300);
  }

  @Test
  void charactersAreCountedNotUnits() {
    Constraints.of().member("reason", "\uD83D\uDE00\uD83D\uDE00").length(2, 2).verify();
  }

  @Test
  void automaticEmptyListsOfTheSdkCountAsAbsent() {
    Fault fault =
        refusal(
            Constraints.of()
                .member("filters", DefaultSdkAutoConstructList.getInstance())
                .length(1, 6)
                .required());

    assertThat(fault.message()).contains("Value null at 'filters'");
  }

  @Test
  void onlySoManyViolationsAreTold() {
    Constraints constraints = Constraints.of();
    for (int i = 0; i < 1000; i++) {
      constraints.member("filters." + i, null).required();
    }

    assertThat(refusal(constraints).message())
        .startsWith("1000 validation errors")
        .contains("'filters.19'")
        .doesNotContain("'filters.20'");
  }

  private static Fault refusal(Constraints constraints) {
    return catchThrowableOfType(Fault.class, constraints::verify);
  }
}
