namespace PaymentAdmin.Core.Demo;

/// <summary>A payer of the demo. Nobody's number: the subscriber part begins with 000 everywhere; nobody's mail: example domains.</summary>
internal sealed record DemoPerson(string Name, string Email, string Phone);

/// <summary>Payers as they are called where a currency is paid.</summary>
internal static class DemoPeople
{
    private sealed record Country(string MailDomain, string[] PhonePrefixes, (string Name, string Mail)[] Names);

    private static readonly Country Kazakhstan = new("example.kz", ["+7 701 000", "+7 705 000", "+7 747 000", "+7 777 000"],
    [
        ("Айгерім Сәрсенова", "aigerim.s"), ("Данияр Ахметов", "d.akhmetov"), ("Ольга Ким", "olga.kim"), ("Нұрлан Әбілқасым", "nurlan.a"),
        ("Жанна Тюлебаева", "zh.tyulebaeva"), ("Сергей Воронцов", "s.vorontsov"), ("Мадина Ғабитқызы", "madina.g"), ("Ерлан Жұмабек", "yerlan.zh"),
        ("Динара Омарова", "dinara.o"), ("Тимур Исаев", "t.issayev"), ("Aidana Nurlanova", "aidana.n"), ("Әсел Қуанышева", "assel.k"),
    ]);

    private static readonly Country SouthAfrica = new("example.co.za", ["+27 82 000", "+27 71 000", "+27 83 000"],
    [
        ("Thandiwe Nkosi", "thandiwe.n"), ("Pieter van der Merwe", "pieter.vdm"), ("Lerato Mokoena", "lerato.m"), ("Sipho Dlamini", "sipho.d"),
        ("Naledi Khumalo", "naledi.k"), ("Riaan Botha", "riaan.b"), ("Ayesha Patel", "ayesha.p"), ("Zoë February", "zoe.f"),
    ]);

    private static readonly Country Kenya = new("example.co.ke", ["+254 712 000", "+254 722 000", "+254 733 000"],
    [
        ("Wanjiru Kamau", "wanjiru.k"), ("Otieno Odhiambo", "otieno.o"), ("Achieng Owino", "achieng.o"), ("Kipchoge Rotich", "k.rotich"),
        ("Njeri Mwangi", "njeri.m"), ("Mutua Musyoka", "mutua.m"), ("Halima Abdi", "halima.a"), ("Wafula Barasa", "wafula.b"),
    ]);

    private static readonly Country Nigeria = new("example.ng", ["+234 803 000", "+234 806 000", "+234 813 000"],
    [
        ("Chinedu Okafor", "chinedu.o"), ("Aisha Bello", "aisha.b"), ("Olúwaṣeun Adébáyọ̀", "seun.a"), ("Ngozi Eze", "ngozi.e"),
        ("Ibrahim Musa", "ibrahim.m"), ("Fúnmiláyọ̀ Àjàyí", "funmi.a"), ("Emeka Nwosu", "emeka.n"), ("Zainab Yusuf", "zainab.y"),
    ]);

    private static readonly Country Elsewhere = new("example.com", ["+44 7700 900", "+1 212 555"],
    [
        ("Hana Suzuki", "hana.s"), ("José Álvarez", "jose.a"), ("Marie Lefèvre", "marie.l"), ("Tom O'Brien", "tom.ob"),
    ]);

    public static DemoPerson Pick(string currency, Random chance)
    {
        var country = currency switch { "KZT" => Kazakhstan, "ZAR" => SouthAfrica, "KES" => Kenya, "NGN" => Nigeria, _ => Elsewhere };
        var (name, mail) = country.Names[chance.Next(country.Names.Length)];
        // 1000 and up: the sandbox gives the numbers that end in 0001 to 0003 a meaning.
        var number = chance.Next(1000, 10_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new DemoPerson(name, $"{mail}@{country.MailDomain}", $"{country.PhonePrefixes[chance.Next(country.PhonePrefixes.Length)]} {number}");
    }
}
