// Lists for the tests of this folder: the sample fair, and a small good one to spoil.
#pragma once
#include <filesystem>
#include <string>

#include "server/exchange/import.hpp"

namespace lists {

inline std::filesystem::path sample_folder() {
  return std::filesystem::path(PHIEN_TEST_FOLDER) / "../../../deploy/sample/cao-bang-2025";
}

inline const std::string kFair = R"({"id":"thu-nghiem","name":"Phiên thử","first_day":"2025-05-15","last_day":"2025-05-19"})";
inline const std::string kExhibitors =
    "exhibitor_id,name,booth_no,vat_method,kind,tax_code,tax_code_type,bank_bin,bank_account,booth_m2,vung_dtts_mien_nui,invoice_"
    "mode,short_name,trace_qr_count,export_markets\n"
    "EX01,HTX Hoa,A01,TRUC_TIEP,HTX,4899900010,MST_10,970405,0001,9,1,HDDT_MTT_BAN_HANG,Hoa,6,EU\n"
    "EX02,Công ty Trà,A02,KHAU_TRU,CONG_TY,0100109106,MST_10,970436,0002,9,0,HDDT_MTT_GTGT,Trà,0,\n";
inline const std::string kProductHeader =
    "sku,exhibitor_id,name,unit,sold_by,qty_decimals,price_vnd,price_includes_vat,wholesale_price_vnd,wholesale_min_qty,vat_code,"
    "barcode,"
    "scale_plu,ocop_group,ocop_star,ocop_valid_to,cnnt_level,cnnt_valid_to,certs,lot_no,mfg_date,exp_date,opening_stock,reorder_"
    "level,is_sample\n";
inline const std::string kProducts = kProductHeader +
                                     "P1,EX01,Thạch đen,hộp,piece,0,25000,1,20000,24,8,8930000000019,,Thực "
                                     "phẩm,4,2026-12-31,QUOC_GIA,2026-12-31,ATTP|HACCP,L1,2025-04-30,2025-07-29,320,32,1\n"
                                     "P2,EX02,Gạo nếp,kg,weight,3,52000,1,,,KCT,,10014,,0,,,,,,,,200.5,20,0\n";

inline std::string listed(const std::vector<phien::Problem>& problems) {
  std::string all;
  for (const auto& p : problems) all += p.where + " " + p.code + "; ";
  return all;
}

inline phien::exchange::Files good() { return {kFair, kExhibitors, kProducts, std::nullopt}; }

}  // namespace lists
