package io.kernelweave.dataset;

import java.util.Locale;
import java.util.Set;

/** What a licence is called by those who list data sets. */
final class License {
    /** Licences that Hugging Face has a name for, which is the SPDX id in lower case. */
    private static final Set<String> HUB = Set.of(
            "afl-3.0",
            "agpl-3.0",
            "apache-2.0",
            "artistic-2.0",
            "bsd-2-clause",
            "bsd-3-clause",
            "bsd-3-clause-clear",
            "bsl-1.0",
            "c-uda",
            "cc-by-2.0",
            "cc-by-2.5",
            "cc-by-3.0",
            "cc-by-4.0",
            "cc-by-nc-2.0",
            "cc-by-nc-3.0",
            "cc-by-nc-4.0",
            "cc-by-nc-nd-3.0",
            "cc-by-nc-nd-4.0",
            "cc-by-nc-sa-2.0",
            "cc-by-nc-sa-3.0",
            "cc-by-nc-sa-4.0",
            "cc-by-nd-4.0",
            "cc-by-sa-3.0",
            "cc-by-sa-4.0",
            "cc0-1.0",
            "cdla-permissive-1.0",
            "cdla-permissive-2.0",
            "cdla-sharing-1.0",
            "ecl-2.0",
            "epl-1.0",
            "epl-2.0",
            "etalab-2.0",
            "eupl-1.1",
            "eupl-1.2",
            "gfdl",
            "gpl-2.0",
            "gpl-3.0",
            "isc",
            "lgpl-2.1",
            "lgpl-3.0",
            "lppl-1.3c",
            "mit",
            "mpl-2.0",
            "ms-pl",
            "ncsa",
            "odbl",
            "odc-by",
            "ofl-1.1",
            "osl-3.0",
            "pddl",
            "postgresql",
            "unlicense",
            "wtfpl",
            "zlib");

    private License() {}

    /** Whether it looks like an SPDX id or is a URL, rather than words. */
    static boolean isKnown(String license) {
        return !license.equalsIgnoreCase("unknown")
                && (license.matches("[A-Za-z0-9][A-Za-z0-9.+-]*") || license.matches("https?://\\S+"));
    }

    static String url(String license) {
        return license.contains("://") ? license : "https://spdx.org/licenses/" + license;
    }

    /** The name at Hugging Face: {@code other} for one that has none there. */
    static String atHub(String license) {
        String name = license.toLowerCase(Locale.ROOT);
        return HUB.contains(name) || name.equals("unknown") ? name : "other";
    }
}
